"""What the earbud's answers carry besides their payloads: their numbers, one after the other."""

from __future__ import annotations

from earloop.firmware.loopback import Loopback
from earloop.spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import MessageType

TURNS = 300  # beyond what one byte counts


def test_answers_are_numbered_one_after_the_other_from_boot(fixed):
    port = Loopback(fixed)
    for number in range(TURNS):
        port.write(encode_frame(Frame(MessageType.HELLO, number, b"")))
    answers = [decode_frame(stuffed) for stuffed in FrameSplitter().push(port.read(1 << 20))]
    assert [answer.sequence for answer in answers] == list(range(TURNS + 1))
