"""What of the session only the host build can show: boot, little room to send, noise without end, sanitizers."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.firmware.build import build_checked
from earloop.firmware.loopback import Loopback
from earloop.spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import (
    Configure,
    DeviceFault,
    DeviceState,
    Hello,
    MessageType,
    Opening,
    SampleSource,
    Start,
    Tap,
)
from earloop.spec.signal_messages import Codes, Samples, Tokens
from tests.firmware.blackbox import Earbud


def frames_of(wire):
    return [decode_frame(stuffed) for stuffed in FrameSplitter().push(wire)]


def test_says_hello_at_boot_before_it_is_asked(fixed):
    (frame,) = frames_of(Loopback(fixed).read(1 << 16))
    hello = Hello.unpack(frame.payload)
    assert (frame.type, frame.sequence) == (MessageType.HELLO, 0)
    assert (hello.session, hello.frames_out, hello.boot_cause) == (0, 0, DeviceFault.NONE)
    assert hello.serial == b"host-board\0\0"


@pytest.mark.parametrize("send_room", [135, 500])
def test_a_slow_receiver_loses_nothing(fixed, send_room):
    """The firmware waits for room, whatever there is of it, and what is being sent is not overwritten."""
    codes = np.random.default_rng(1).integers(-9999, 9999, (2000, 4)).astype(np.int32)
    earbud = Earbud(Loopback(fixed, send_room=send_room), fixed)
    earbud.configure(Tap.TOKENS | Tap.CODES)
    earbud.start()
    frames = []
    for first in range(0, 2000, 20):
        frames += earbud.samples(first, codes=codes[first : first + 20])
    frames += earbud.stop()
    found = [Tokens.unpack(t.payload, 50) for t in frames if t.type is MessageType.TOKENS]
    golden = GoldenTokenizer(fixed).push(codes).tokens
    assert len(found) == golden[..., 0].size
    for token in found:
        np.testing.assert_array_equal(token.values, golden[token.patch_index, token.channel, token.band])
    blocks = [Codes.unpack(f.payload, 4).codes for f in frames if f.type is MessageType.CODES]
    np.testing.assert_array_equal(np.concatenate(blocks), codes)


def test_the_run_is_stopped_after_its_last_token(fixed):
    earbud = Earbud(Loopback(fixed, send_room=135), fixed)
    earbud.configure()
    earbud.start()
    for first in range(0, 240, 20):
        earbud.samples(first)
    earbud.port.write(earbud.next_frame(MessageType.SAMPLES, Samples(240, np.zeros((10, 4), np.int32)).pack()))
    answers = earbud.stop()
    kinds = [answer.type for answer in answers]
    assert kinds.count(MessageType.TOKENS) == 48
    assert kinds[-1] is MessageType.STATUS
    assert earbud.after.state == DeviceState.CONFIGURED


sample_payloads = st.builds(
    lambda first, rows: Samples(first, np.zeros((rows, 4), np.int32)).pack(),
    st.sampled_from([0, 20, 40]),
    st.integers(0, 20),
)
messages = st.one_of(
    st.builds(Frame, st.sampled_from(MessageType), st.integers(0, 5), st.binary(max_size=260)),
    st.builds(Frame, st.just(MessageType.SAMPLES), st.integers(0, 5), sample_payloads),
    st.builds(Frame, st.just(MessageType.START), st.integers(0, 5), st.just(Start(0, 1).pack())),
)


@settings(max_examples=150)
@given(sent=st.lists(st.one_of(messages.map(encode_frame), st.binary(max_size=40)), max_size=30))
def test_whatever_came_a_session_can_begin(fixed, sent):
    port = Loopback(fixed)
    for wire in sent:
        port.write(wire)
    earbud = Earbud(port, fixed)
    assert earbud.after.state == DeviceState.IDLE
    earbud.configure()
    earbud.start()
    earbud.samples(0)
    assert earbud.after.received == 20


def test_sanitizers_find_nothing_in_the_link(fixed):
    rng = np.random.default_rng(1)
    configure = Configure(bytes.fromhex(fixed.design.design_hash), Tap(31), SampleSource.INJECTED)
    wire = [encode_frame(Frame(MessageType.HELLO, 0, Opening(7).pack()))]
    wire += [encode_frame(Frame(MessageType.CONFIGURE, 1, configure.pack()))]
    wire += [encode_frame(Frame(MessageType.START, 2, Start(0, 1).pack()))]
    for i in range(40):
        rows = rng.integers(-(2**23), 2**23, (20, 4)).astype(np.int32)
        wire += [encode_frame(Frame(MessageType.SAMPLES, 3 + i, Samples(20 * i, rows).pack()))]
    for i in range(400):
        kind, length = rng.choice(list(MessageType)), int(rng.integers(0, 300))
        frame = bytearray(encode_frame(Frame(kind, 43 + i, rng.bytes(length))))
        frame[rng.integers(0, len(frame))] ^= rng.choice([0, 1, 255])
        wire += [bytes(frame)]
    done = subprocess.run([build_checked(fixed), "link"], input=b"".join(wire), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    kinds = [frame.type for frame in frames_of(done.stdout)]
    assert kinds.count(MessageType.TOKENS) == 3 * 48
    assert kinds.count(MessageType.CODES) == 800 // 8
    assert kinds.count(MessageType.TICK) == 160 * 6
    assert MessageType.ERROR in kinds
