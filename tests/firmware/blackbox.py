"""An earbud seen from outside: frames in, frames out, whatever it runs on and however long it takes."""

from __future__ import annotations

import secrets

import numpy as np

from earloop.spec.framing import DELIMITER, Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import (
    Configure,
    DeviceState,
    Error,
    ErrorCode,
    Hello,
    MessageType,
    Opening,
    SampleSource,
    Start,
    Status,
    Tap,
)
from earloop.spec.signal_messages import Samples

PATIENCE = 400  # reads in vain, of 50 ms each where time passes, until an earbud is taken for dead
BOOTING = 5  # reads in vain until HELLO is said again: one that boots hears nothing


class Earbud:
    """An earbud behind a port, in a session of its own, and the numbering of the frames that go there.

    Each message is followed by a QUERY. Its STATUS is the last thing that comes, so that all answers are known to be
    there without waiting for any length of time; it is left in `after`, and no test sees it among the answers.
    """

    def __init__(self, port, fixed):
        self.port, self.fixed = port, fixed
        port.timeout = 0.05
        self.splitter = FrameSplitter()
        self.frames = []
        self.sequence = 0
        self.hello = self.open()
        self.answers_to_query()
        self.before = self.after

    def open(self):
        """Begin a session; returns the HELLO that answers."""
        self.session = 1 + secrets.randbelow(2**32 - 1)
        for _ in range(PATIENCE // BOOTING):
            self.port.write(DELIMITER + self.next_frame(MessageType.HELLO, Opening(self.session).pack()))
            while (frame := self.read(BOOTING)) is not None:
                if frame.type is MessageType.HELLO and Hello.unpack(frame.payload).session == self.session:
                    return Hello.unpack(frame.payload)
        raise AssertionError("the earbud does not answer HELLO")

    def read(self, patience=PATIENCE):
        """The next frame; None after so many reads in vain."""
        while not self.frames and patience > 0:
            received = self.port.read(max(1, self.port.in_waiting))
            patience -= not received
            self.frames += map(decode_frame, self.splitter.push(received))
        return self.frames.pop(0) if self.frames else None

    def next_frame(self, kind, payload=b""):
        sequence, self.sequence = self.sequence, self.sequence + 1 & 0xFFFF
        return encode_frame(Frame(kind, sequence, payload))

    def send(self, kind, payload=b"", sequence=None):
        """Send one message and return the answers; a number ahead of the next moves the numbering there."""
        if sequence is None:
            return self.write(self.next_frame(kind, payload))
        ahead = (sequence - self.sequence) & 0xFFFF
        self.sequence = (sequence + 1) & 0xFFFF if ahead < 0x8000 else self.sequence
        return self.write(encode_frame(Frame(kind, sequence, payload)))

    def write(self, wire):
        """Send bytes and return the answers."""
        self.port.write(wire)
        return self.answers_to_query()

    def answers_to_query(self):
        """All that comes before the answer to a QUERY."""
        self.port.write(self.next_frame(MessageType.QUERY))
        answers = []
        while True:
            frame = self.read()
            assert frame is not None, "the earbud says nothing"
            if frame.type is MessageType.STATUS and Status.unpack(frame.payload).expected == self.sequence:
                self.after = Status.unpack(frame.payload)
                return answers
            answers.append(frame)

    def configure(self, taps=Tap.TOKENS, source=SampleSource.INJECTED, design_hash=None):
        wanted = bytes.fromhex(design_hash or self.fixed.design.design_hash)
        return self.send(MessageType.CONFIGURE, Configure(wanted, taps, source).pack())

    def start(self, first=0, ahead=1, **options):
        """START of the run `ahead` of the last."""
        return self.send(MessageType.START, Start(first, self.after.run + ahead & 0xFFFF).pack(), **options)

    def stop(self):
        """STOP, and all that comes until it has taken effect."""
        answers = self.send(MessageType.STOP)
        while self.after.state == DeviceState.STOPPING:
            answers += self.answers_to_query()
        return answers

    def samples(self, first, count=20, codes=None, **options):
        codes = np.zeros((count, 4), np.int32) if codes is None else codes
        return self.send(MessageType.SAMPLES, Samples(first, codes).pack(), **options)

    def assert_refuses(self, answers, code, detail, sequence=None):
        """Exactly one answer, that ERROR; by default to the last frame before the QUERY."""
        assert [a.type for a in answers] == [MessageType.ERROR]
        found = Error.unpack(answers[0].payload)
        assert (ErrorCode(found.code), found.detail) == (code, detail)
        assert found.sequence == (self.sequence - 2 & 0xFFFF if sequence is None else sequence)


def status(answers):
    """The one answer, a STATUS."""
    assert [a.type for a in answers] == [MessageType.STATUS]
    return Status.unpack(answers[0].payload)
