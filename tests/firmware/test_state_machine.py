"""The session against everything that a host can do wrong, seen from outside: on each thing that it runs on."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.spec.framing import Frame, encode_frame
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import (
    DeviceFault,
    DeviceState,
    ErrorCode,
    Hello,
    MessageType,
    Opening,
    SampleSource,
    Start,
    Status,
    Tap,
)
from earloop.spec.signal_messages import Codes, Tick, Tokens
from tests.firmware.blackbox import status

ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
MODES = {
    "raw": Tap.CODES,
    "bands": Tap.BANDS,
    "tokens": Tap.TOKENS,
    "all": ALL_TAPS,
    "none": Tap(0),
}


@pytest.fixture
def running(earbud):
    earbud.configure()
    earbud.start()
    assert earbud.after.state == DeviceState.RUNNING
    return earbud


def test_says_who_it_is_and_what_it_can_do(earbud, fixed):
    hello = earbud.hello
    assert hello.design_hash.hex() == fixed.design.design_hash
    assert (hello.channels, hello.bands, hello.patch) == (4, 12, 50)
    assert (hello.samples_per_frame, hello.credit_frames) == (20, 8)
    assert hello.taps == ALL_TAPS
    assert hello.sources & SampleSource.INJECTED
    assert hello.self_test == DeviceFault.NONE


def test_configure_start_stop_go_through_their_states(earbud):
    assert earbud.after.state == DeviceState.IDLE
    assert status(earbud.configure()).state == DeviceState.CONFIGURED
    started = status(earbud.start())
    assert (started.state, started.credit, started.received) == (DeviceState.RUNNING, 160, 0)
    after = status(earbud.samples(0))
    assert (after.credit, after.received, after.ticks) == (180, 20, 4)
    earbud.stop()
    assert earbud.after.state == DeviceState.CONFIGURED


def test_query_changes_nothing(running):
    running.samples(0)
    before = running.after
    found = status(running.send(MessageType.QUERY))
    assert (found.state, found.run, found.received, found.credit) == (DeviceState.RUNNING, before.run, 20, 180)
    assert status(running.samples(20)).received == 40


def test_another_design_is_refused(earbud, other_fixed):
    answers = earbud.configure(design_hash=other_fixed.design.design_hash)
    earbud.assert_refuses(answers, ErrorCode.DESIGN_MISMATCH, 0)
    earbud.assert_refuses(earbud.start(), ErrorCode.BAD_STATE, DeviceState.IDLE)


@pytest.mark.parametrize(
    ("taps", "source"),
    [
        (Tap.TOKENS | 32, SampleSource.INJECTED),
        (Tap.TOKENS, 0),
        (Tap.TOKENS, 8),
        (Tap.TOKENS, SampleSource.INJECTED | SampleSource.SPI),
    ],
)
def test_taps_and_sources_that_it_lacks_are_refused(earbud, taps, source):
    detail = earbud.hello.taps | earbud.hello.sources << 16
    earbud.assert_refuses(earbud.configure(taps, source), ErrorCode.UNSUPPORTED, detail)


@pytest.mark.parametrize("kind", [MessageType.START, MessageType.STOP])
def test_commands_before_configure_are_refused(earbud, kind):
    payload = Start(0, 1).pack() if kind is MessageType.START else b""
    earbud.assert_refuses(earbud.send(kind, payload), ErrorCode.BAD_STATE, DeviceState.IDLE)


def test_samples_before_start_are_refused(earbud):
    earbud.configure()
    earbud.assert_refuses(earbud.samples(0), ErrorCode.BAD_STATE, DeviceState.CONFIGURED)


def test_configure_while_running_is_refused(running):
    running.assert_refuses(running.configure(), ErrorCode.BAD_STATE, DeviceState.RUNNING)


def test_a_repeated_start_does_not_begin_anew(running):
    running.samples(0)
    again = status(running.start(ahead=0))
    assert (again.state, again.received) == (DeviceState.RUNNING, 20)
    assert status(running.samples(20)).received == 40


def test_a_start_that_comes_after_its_run_ended_begins_nothing(running):
    running.samples(0)
    running.stop()
    assert status(running.start(ahead=0)).state == DeviceState.CONFIGURED


@pytest.mark.parametrize("ahead", [-1, 2, 0x7FFF])
def test_a_start_of_any_run_but_the_next_is_refused(running, ahead):
    running.stop()
    answers = running.start(ahead=ahead)
    running.assert_refuses(answers, ErrorCode.RUN, running.after.run + 1)


def test_another_start_while_running_is_refused(running):
    running.assert_refuses(running.start(), ErrorCode.BAD_STATE, DeviceState.RUNNING)


def test_a_repeated_stop_is_answered(running):
    running.stop()
    assert status(running.send(MessageType.STOP)).state == DeviceState.CONFIGURED


@pytest.mark.parametrize("kind", [MessageType.TOKENS, MessageType.STATUS, MessageType.ERROR, MessageType.TICK])
def test_messages_that_only_an_earbud_sends_are_refused(running, kind):
    running.assert_refuses(running.send(kind), ErrorCode.UNKNOWN_MESSAGE, kind)


@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (MessageType.HELLO, 0), (MessageType.HELLO, 5), (MessageType.CONFIGURE, 34), (MessageType.START, 5),
        (MessageType.STOP, 2), (MessageType.QUERY, 1), (MessageType.SAMPLES, 0), (MessageType.SAMPLES, 4),
        (MessageType.SAMPLES, 4 + 11), (MessageType.SAMPLES, 4 + 13),
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


def test_a_gap_in_the_numbering_is_named_once_and_the_frame_is_taken(running):
    number = running.sequence
    answers = running.samples(0, sequence=number + 3)
    running.assert_refuses(answers[:1], ErrorCode.LOST, 3, number)
    assert status(answers[1:]).received == 20
    assert running.after.missing_in - running.before.missing_in == 3
    assert status(running.samples(20)).received == 40


@pytest.mark.parametrize("back", [1, 2, 0x7FFF])
def test_a_frame_that_comes_twice_or_late_is_dropped_and_counted(running, back):
    running.samples(0)
    assert running.samples(20, sequence=running.sequence - back & 0xFFFF) == []
    assert running.after.stale_in - running.before.stale_in == 1
    assert running.after.received == 20


def test_the_numbering_wraps(earbud):
    earbud.sequence = 0xFFFC
    earbud.open()
    earbud.configure()
    earbud.start()
    assert earbud.sequence < 0x8000
    assert status(earbud.samples(0)).received == 20
    assert earbud.after.missing_in == earbud.before.missing_in


@pytest.mark.parametrize(("first", "count"), [(141, 20), (160, 1), (2**31 - 1, 20)])
def test_samples_beyond_the_credit_are_refused(running, first, count):
    running.assert_refuses(running.samples(first, count), ErrorCode.OVERRUN, 160)
    assert status(running.samples(0)).received == 20


@pytest.mark.parametrize("damage", ["flip", "truncate", "noise", "overlong"])
def test_a_corrupt_frame_is_counted_and_told(running, damage):
    wire = bytearray(encode_frame(Frame(MessageType.STOP, running.sequence, b"")))
    if damage == "flip":
        wire[2] ^= 0x10
    others = {"truncate": wire[3:], "noise": b"\xff" * 40 + b"\0", "overlong": b"\x02\x01" * 400 + b"\0"}
    expected, corrupt = running.sequence, running.after.corrupt_in + 1
    answers = running.write(bytes(others.get(damage, wire)))
    running.assert_refuses(answers, ErrorCode.CORRUPT, corrupt, expected)
    assert running.after.corrupt_in == corrupt
    assert status(running.samples(0)).received == 20


def test_hello_of_another_session_ends_a_run(running):
    running.samples(0)
    running.open()
    running.assert_refuses(running.samples(20), ErrorCode.BAD_STATE, DeviceState.IDLE)


def test_hello_of_the_same_session_ends_nothing(running):
    running.samples(0)
    (answer,) = running.send(MessageType.HELLO, Opening(running.session).pack())
    assert Hello.unpack(answer.payload).session == running.session
    assert status(running.samples(20)).received == 40


def test_every_number_of_its_own_frames_is_the_next(running):
    """The numbers of all that it sends, and of HELLO and STATUS the full count that they bear."""
    frames = running.samples(0) + running.send(MessageType.HELLO, Opening(running.session).pack()) + running.samples(20)
    first = frames[0].sequence
    # Between two of these calls stands the STATUS that ended the one before.
    assert [frame.sequence - first & 0xFFFF for frame in frames] == [0, 2, 4]
    for frame in frames:
        kind = Hello if frame.type is MessageType.HELLO else Status
        assert kind.unpack(frame.payload).frames_out & 0xFFFF == frame.sequence


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_emits_golden_values_and_nothing_else(earbud, fixed, mode):
    codes = np.random.default_rng(1).integers(-(2**23), 2**23, (263, 4)).astype(np.int32)
    earbud.configure(MODES[mode])
    earbud.start(first=1000)
    run, frames = earbud.after.run, []
    for first in range(0, len(codes), 20):
        frames += earbud.samples(1000 + first, codes=codes[first : first + 20])
    frames += earbud.stop()
    golden = GoldenTokenizer(fixed).push(codes)
    made = [frame for frame in frames if frame.type not in (MessageType.STATUS, MessageType.ERROR)]
    wanted = 0
    if Tap.CODES in MODES[mode]:
        blocks = [Codes.unpack(f.payload, 4) for f in made if f.type is MessageType.CODES]
        assert [block.first for block in blocks] == [1000 + 8 * i for i in range(33)]
        assert {block.run for block in blocks} == {run}
        np.testing.assert_array_equal(np.concatenate([block.codes for block in blocks]), codes)
        wanted += len(blocks)
    for tap, values in (
        (Tap.DECIMATED, golden.decimated[:, None]),
        (Tap.NOTCHED, golden.notched[:, None]),
        (Tap.BANDS, golden.bands),
    ):
        if tap in MODES[mode]:
            ticks = [Tick.unpack(f.payload, 4, 12) for f in made if f.type is MessageType.TICK]
            ticks = [tick for tick in ticks if tick.tap == tap]
            places = [(tick.run, tick.tick, tick.channel) for tick in ticks]
            assert places == [(run, i, channel) for i in range(52) for channel in range(values.shape[1])]
            np.testing.assert_array_equal([tick.values for tick in ticks], values.reshape(len(ticks), -1))
            wanted += len(ticks)
    if Tap.TOKENS in MODES[mode]:
        tokens = [Tokens.unpack(f.payload, 50) for f in made if f.type is MessageType.TOKENS]
        places = [(token.run, token.patch_index, token.channel, token.band) for token in tokens]
        assert places == [(run, 0, channel, band) for channel in range(4) for band in range(12)]
        np.testing.assert_array_equal([token.values for token in tokens], golden.tokens[0].reshape(48, 50))
        wanted += len(tokens)
    assert len(made) == wanted
    assert earbud.after.received == 1263


def test_a_start_forgets_what_was_before(running, fixed):
    codes = np.random.default_rng(1).integers(-9999, 9999, (250, 4)).astype(np.int32)
    runs = []
    for _ in range(2):
        frames = [f for i in range(0, 250, 10) for f in running.samples(i, codes=codes[i : i + 10])] + running.stop()
        tokens = [Tokens.unpack(f.payload, 50) for f in frames if f.type is MessageType.TOKENS]
        runs.append((running.after.run, [token.values.tobytes() for token in tokens]))
        running.start()
    assert len(runs[0][1]) == 48
    assert runs[0][1] == runs[1][1]
    assert runs[1][0] == runs[0][0] + 1


def test_saturations_are_counted_at_each_tap(running, fixed):
    codes = np.random.default_rng(1).choice([-(2**23), 2**23 - 1], (400, 4)).astype(np.int32)
    for first in range(0, 400, 20):
        running.samples(first, codes=codes[first : first + 20])
    golden = GoldenTokenizer(fixed)
    golden.push(codes)
    after = running.after
    found = (after.saturated_inputs, after.saturated_bands, after.saturated_tokens)
    assert found == (golden.saturated_inputs, golden.saturated_bands.sum(), golden.saturated_tokens.sum())
