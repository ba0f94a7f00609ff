"""The link's state machine, in the host build, against everything that a host can do wrong."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.build import build_checked
from firmware.loopback import Loopback
from spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from spec.golden import GoldenTokenizer
from spec.messages import (
    Configure,
    Error,
    ErrorCode,
    Hello,
    MessageType,
    Samples,
    State,
    Status,
    Tap,
    Tokens,
)


class Earbud:
    """A booted earbud and the numbering of the frames that go there."""

    def __init__(self, fixed, **options):
        self.fixed = fixed
        self.port = Loopback(fixed, **options)
        self.boot = self.answers()
        self.sequence = 0

    def answers(self):
        """The frames that it has sent since the last look."""
        return [decode_frame(s) for s in FrameSplitter().push(self.port.read(1 << 20))]

    def send(self, kind, payload=b"", sequence=None):
        """Send one message in a frame and return the answers; a sequence number of one's own leaves the count alone."""
        if sequence is None:
            sequence, self.sequence = self.sequence, self.sequence + 1 & 0xFFFF
        self.port.write(encode_frame(Frame(kind, sequence, payload)))
        return self.answers()

    def configure(self, taps=Tap.TOKENS, design_hash=None):
        wanted = bytes.fromhex(design_hash or self.fixed.design.design_hash)
        return self.send(MessageType.CONFIGURE, Configure(wanted, taps).pack())

    def start(self):
        self.send(MessageType.HELLO)
        self.configure()
        return status(self.send(MessageType.START))

    def samples(self, first, count=20, **options):
        return self.send(MessageType.SAMPLES, Samples(first, np.zeros((count, 4), np.int32)).pack(), **options)

    def assert_refuses(self, answers, code, detail, sequence=None):
        """Exactly one answer, that ERROR."""
        assert [a.type for a in answers] == [MessageType.ERROR]
        found = Error.unpack(answers[0].payload)
        assert (ErrorCode(found.code), found.detail) == (code, detail)
        assert found.sequence == (self.sequence - 1 if sequence is None else sequence)


def status(answers):
    assert [a.type for a in answers] == [MessageType.STATUS]
    return Status.unpack(answers[0].payload)


@pytest.fixture
def earbud(fixed):
    return Earbud(fixed)


@pytest.fixture
def running(earbud):
    earbud.start()
    return earbud


def test_says_hello_at_boot_and_when_asked(earbud):
    design = earbud.fixed.design
    assert [f.type for f in earbud.boot] == [MessageType.HELLO]
    (answer,) = earbud.send(MessageType.HELLO)
    hello = Hello.unpack(answer.payload)
    assert hello == Hello.unpack(earbud.boot[0].payload)
    assert hello.design_hash.hex() == design.design_hash
    assert (hello.channels, hello.bands, hello.patch) == (4, 12, 50)
    assert (hello.samples_per_frame, hello.credit_frames) == (20, 8)
    assert hello.taps == Tap.TOKENS
    assert hello.serial == b"host-board\0\0"


def test_configure_start_stop_go_through_their_states(earbud):
    earbud.send(MessageType.HELLO)
    assert status(earbud.configure()).state == State.CONFIGURED
    started = status(earbud.send(MessageType.START))
    assert (started.state, started.credit, started.received) == (State.RUNNING, 160, 0)
    after = status(earbud.samples(0))
    assert (after.credit, after.received, after.ticks) == (180, 20, 4)
    assert status(earbud.send(MessageType.STOP)).state == State.CONFIGURED


def test_another_design_is_refused(earbud, other_fixed):
    earbud.send(MessageType.HELLO)
    answers = earbud.configure(design_hash=other_fixed.design.design_hash)
    earbud.assert_refuses(answers, ErrorCode.DESIGN_MISMATCH, 0)
    earbud.assert_refuses(earbud.send(MessageType.START), ErrorCode.BAD_STATE, State.IDLE)


def test_taps_that_it_cannot_emit_are_refused(earbud):
    earbud.assert_refuses(earbud.configure(Tap.TOKENS | Tap.BANDS), ErrorCode.UNSUPPORTED, Tap.TOKENS)


@pytest.mark.parametrize("kind", [MessageType.START, MessageType.STOP])
def test_commands_before_configure_are_refused(earbud, kind):
    earbud.assert_refuses(earbud.send(kind), ErrorCode.BAD_STATE, State.IDLE)


def test_samples_before_start_are_refused(earbud):
    earbud.configure()
    earbud.assert_refuses(earbud.samples(0), ErrorCode.BAD_STATE, State.CONFIGURED)


def test_configure_while_running_is_refused(running):
    running.assert_refuses(running.configure(), ErrorCode.BAD_STATE, State.RUNNING)


def test_stop_twice_is_refused(running):
    running.send(MessageType.STOP)
    running.assert_refuses(running.send(MessageType.STOP), ErrorCode.BAD_STATE, State.CONFIGURED)


@pytest.mark.parametrize("kind", [MessageType.TOKENS, MessageType.STATUS, MessageType.ERROR])
def test_messages_that_only_an_earbud_sends_are_refused(running, kind):
    running.assert_refuses(running.send(kind), ErrorCode.UNKNOWN_MESSAGE, kind)


@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (MessageType.HELLO, 1), (MessageType.CONFIGURE, 33), (MessageType.START, 1), (MessageType.STOP, 2),
        (MessageType.SAMPLES, 0), (MessageType.SAMPLES, 4), (MessageType.SAMPLES, 4 + 11),
        (MessageType.SAMPLES, 4 + 13),
    ],
)  # fmt: skip
def test_payloads_of_a_wrong_length_are_refused(running, kind, length):
    running.assert_refuses(running.send(kind, bytes(length)), ErrorCode.BAD_LENGTH, length)


@pytest.mark.parametrize("first", [20, 60, 0xFFFFFFFF])
def test_samples_at_a_wrong_index_are_refused_and_change_nothing(running, first):
    running.samples(0)
    running.samples(20)
    running.assert_refuses(running.samples(first), ErrorCode.INDEX, 40)
    assert status(running.samples(40)).received == 60


def test_a_gap_in_the_numbering_is_named_once(running):
    number = running.sequence
    running.assert_refuses(running.samples(0, sequence=number + 3), ErrorCode.SEQUENCE, number, number + 3)
    running.sequence = number + 4
    assert status(running.samples(0)).received == 20


def test_a_repeated_frame_is_refused(running):
    number = running.sequence
    running.samples(0)
    running.assert_refuses(running.samples(0, sequence=number), ErrorCode.SEQUENCE, number + 1, number)
    assert status(running.samples(20)).received == 40


def test_the_numbering_wraps(running):
    running.send(MessageType.HELLO, sequence=0xFFFE)
    running.sequence = 0xFFFF
    assert status(running.configure()).state == State.CONFIGURED
    assert status(running.send(MessageType.START)).state == State.RUNNING


@pytest.mark.parametrize(("first", "count"), [(141, 20), (160, 1), (2**31 - 1, 20)])
def test_samples_beyond_the_credit_are_refused(running, first, count):
    running.assert_refuses(running.samples(first, count), ErrorCode.OVERRUN, 160)
    assert status(running.samples(0)).received == 20


def test_each_samples_frame_moves_the_credit_on(running):
    for first in range(0, 1000, 20):
        statuses = [a for a in running.samples(first) if a.type is MessageType.STATUS]
        assert status(statuses).credit == first + 20 + 160


@pytest.mark.parametrize("damage", ["flip", "truncate", "noise", "overlong"])
def test_a_corrupt_frame_is_counted_and_answered(running, damage):
    wire = bytearray(encode_frame(Frame(MessageType.STOP, running.sequence, b"")))
    if damage == "flip":
        wire[2] ^= 0x10
    wire = {"truncate": wire[3:], "noise": b"\xff" * 40 + b"\0", "overlong": b"\x02\x01" * 400 + b"\0"}.get(
        damage, wire
    )
    running.port.write(bytes(wire))
    running.assert_refuses(running.answers(), ErrorCode.CORRUPT, 1, running.sequence)
    assert status(running.samples(0)).corrupt == 1


def test_hello_ends_a_run(running):
    running.samples(0)
    running.send(MessageType.HELLO)
    running.assert_refuses(running.samples(20), ErrorCode.BAD_STATE, State.IDLE)


def test_start_forgets_everything(fixed):
    codes = np.random.default_rng(1).integers(-9999, 9999, (250, 4)).astype(np.int32)
    earbud, runs = Earbud(fixed), []
    for _ in range(2):
        earbud.start()
        answers = [
            a for i in range(0, 250, 10) for a in earbud.send(MessageType.SAMPLES, Samples(i, codes[i : i + 10]).pack())
        ]
        runs.append([a.payload for a in answers if a.type is MessageType.TOKENS])
    assert len(runs[0]) == 48
    assert runs[0] == runs[1]


@pytest.mark.parametrize("send_room", [120, 500])
def test_a_slow_receiver_loses_no_token(fixed, send_room):
    """The firmware waits for room, whatever there is of it, and the patch being sent is not overwritten."""
    codes = np.random.default_rng(1).integers(-9999, 9999, (2000, 4)).astype(np.int32)
    earbud = Earbud(fixed, send_room=send_room)
    earbud.start()
    tokens = []
    for first in range(0, 2000, 20):
        tokens += earbud.send(MessageType.SAMPLES, Samples(first, codes[first : first + 20]).pack())
    tokens += earbud.send(MessageType.STOP)
    assert tokens[-1].type is MessageType.STATUS  # after the last token
    found = [Tokens.unpack(t.payload, 50) for t in tokens if t.type is MessageType.TOKENS]
    golden = GoldenTokenizer(fixed).push(codes).tokens
    assert len(found) == golden[..., 0].size
    for token in found:
        np.testing.assert_array_equal(token.values, golden[token.patch_index, token.channel, token.band])


def test_without_taps_only_status_comes(fixed):
    earbud = Earbud(fixed)
    earbud.configure(Tap(0))
    earbud.send(MessageType.START)
    answers = [a for first in range(0, 500, 20) for a in earbud.samples(first)]
    assert {a.type for a in answers} == {MessageType.STATUS}


sample_payloads = st.builds(
    lambda first, rows: Samples(first, np.zeros((rows, 4), np.int32)).pack(),
    st.sampled_from([0, 20, 40]),
    st.integers(0, 20),
)
messages = st.one_of(
    st.builds(Frame, st.sampled_from(MessageType), st.integers(0, 5), st.binary(max_size=260)),
    st.builds(Frame, st.just(MessageType.SAMPLES), st.integers(0, 5), sample_payloads),
)


@settings(max_examples=150)
@given(sent=st.lists(st.one_of(messages.map(encode_frame), st.binary(max_size=40)), max_size=30))
def test_whatever_comes_it_still_says_hello(fixed, sent):
    earbud = Earbud(fixed)
    for wire in sent:
        earbud.port.write(wire)
    earbud.port.write(b"\0")
    earbud.answers()
    assert [a.type for a in earbud.send(MessageType.HELLO, sequence=77)] == [MessageType.HELLO]


def test_sanitizers_find_nothing_in_the_link(fixed):
    rng = np.random.default_rng(1)
    hash_bytes = bytes.fromhex(fixed.design.design_hash)
    wire = [encode_frame(Frame(MessageType.CONFIGURE, 0, Configure(hash_bytes, Tap.TOKENS).pack()))]
    wire += [encode_frame(Frame(MessageType.START, 1, b""))]
    for i in range(40):
        rows = rng.integers(-(2**23), 2**23, (20, 4)).astype(np.int32)
        wire += [encode_frame(Frame(MessageType.SAMPLES, 2 + i, Samples(20 * i, rows).pack()))]
    for _ in range(400):
        kind, length = rng.choice(list(MessageType)), int(rng.integers(0, 300))
        frame = bytearray(encode_frame(Frame(kind, int(rng.integers(0, 50)), rng.bytes(length))))
        frame[rng.integers(0, len(frame))] ^= rng.choice([0, 1, 255])
        wire += [bytes(frame)]
    done = subprocess.run([build_checked(fixed), "link"], input=b"".join(wire), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    kinds = [decode_frame(s).type for s in FrameSplitter().push(done.stdout)]
    assert kinds.count(MessageType.TOKENS) == 3 * 48
    assert MessageType.ERROR in kinds
