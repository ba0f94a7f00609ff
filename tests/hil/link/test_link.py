"""The host's end of the link: what it makes of a healthy earbud, and of each way in which one can fail."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.discovery import Standing, ask
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.numbered_line import LostFrames, OtherProtocolError
from earloop.hil.link.tap_records import missing_tokens
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, decode_frame, encode_frame
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import DeviceState, Error, ErrorCode, Hello, MessageType, SampleSource, Status, Tap
from earloop.spec.signal_messages import Tokens


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-99_999, 99_999, (1234, 4)).astype(np.int32)


class Tampering(Loopback):
    """An earbud whose frames to the host pass through `tamper`: a function from a frame's bytes to bytes."""

    def __init__(self, fixed, tamper):
        super().__init__(fixed)
        self.tamper = tamper
        self.held = b""

    def read(self, size=1):
        waiting = super().read(max(size, super().in_waiting)) if not self.held else b""
        self.held += b"".join(self.tamper(wire + b"\0") for wire in waiting.split(b"\0")[:-1])
        read, self.held = self.held[:size], self.held[size:]
        return read

    @property
    def in_waiting(self):
        return len(self.held) + super().in_waiting


class Nth:
    """Applies `change` to the nth frame of one type, and to nothing else."""

    def __init__(self, kind, n, change):
        self.kind, self.left, self.change = kind, n, change

    def __call__(self, wire):
        if decode_frame(wire[:-1]).type is not self.kind:
            return wire
        self.left -= 1
        return self.change(wire) if self.left == -1 else wire


def run(fixed, codes, tamper=lambda wire: wire, taps=Tap.TOKENS, **options):
    port = Tampering(fixed, tamper)
    with EarbudLink(port, fixed, clock=port, silence_s=2.0) as link:
        link.configure(fixed.design.design_hash, taps)
        return link.run(codes, **options)


def renumbered(frame, payload):
    return encode_frame(Frame(frame.type, frame.sequence, payload))


@pytest.mark.parametrize("lock_step", [False, True])
def test_tokens_equal_golden(fixed, codes, lock_step):
    taken = []
    result = run(fixed, codes, advance=taken.append, lock_step=lock_step)
    golden = GoldenTokenizer(fixed)
    np.testing.assert_array_equal(result.tokens, golden.push(codes).tokens)
    assert result.received.all()
    assert (result.status.received, result.status.ticks, result.line_faults) == (1234, 246, 0)
    assert result.status.saturated_tokens == golden.saturated_tokens.sum()
    assert [segment.first for segment in result.segments] == [0]
    assert taken == sorted(taken)
    assert taken[-1] == 1234
    assert (result.tick_clocks_mean, result.tick_clocks_max) == (1.0, 1)  # the host board's clock: one a reading


def test_two_runs_are_independent(fixed, codes):
    port = Loopback(fixed)
    with EarbudLink(port, fixed, clock=port) as link:
        link.configure(fixed.design.design_hash)
        first, second = link.run(codes), link.run(codes)
    np.testing.assert_array_equal(first.tokens, second.tokens)
    assert (first.segments[0].run, second.segments[0].run) == (1, 2)


def test_every_tap_that_is_asked_for_comes_whole(fixed, codes):
    taps = run(fixed, codes, taps=Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS).taps
    golden = GoldenTokenizer(fixed).push(codes)
    wanted = {"codes": codes, "decimated": golden.decimated, "notched": golden.notched, "bands": golden.bands}
    assert taps.keys() == wanted.keys()
    for name, values in wanted.items():
        assert taps[name].received.all()
        np.testing.assert_array_equal(taps[name].values, values)


def test_a_run_needs_a_configured_earbud(fixed, codes):
    with pytest.raises(LinkError, match="call configure before run"):
        EarbudLink(Loopback(fixed), fixed).run(codes)


def test_a_source_that_the_earbud_lacks_is_refused(fixed):
    port = Loopback(fixed)
    with pytest.raises(LinkError, match=r"UNSUPPORTED.*it has: .*INJECTED"):
        EarbudLink(port, fixed, clock=port).configure(
            fixed.design.design_hash, source=SampleSource.INJECTED | SampleSource.BRIDGE
        )


def test_no_codes_no_tokens(fixed):
    assert run(fixed, np.zeros((0, 4), np.int32)).tokens.shape == (0, 4, 12, 50)


def test_codes_of_another_channel_count_are_refused(fixed):
    with pytest.raises(ValueError, match=r"wanted \[samples, 4\]"):
        run(fixed, np.zeros((10, 3), np.int32))


def test_a_silent_earbud_is_named(fixed):
    with pytest.raises(LinkError, match=r"^earbud silent for 2\.\d s after HELLO$"):
        run(fixed, None, lambda wire: b"")


class Mute:
    """Says nothing from the first STATUS on that acknowledges `sample`."""

    def __init__(self, sample):
        self.sample, self.mute = sample, False

    def __call__(self, wire):
        frame = decode_frame(wire[:-1])
        if frame.type is MessageType.STATUS and Status.unpack(frame.payload).received >= self.sample:
            self.mute = True
        return b"" if self.mute else wire


def test_silence_in_mid_stream_says_after_which_sample(fixed, codes):
    with pytest.raises(LinkError, match=r"^earbud silent for 2\.\d s after sample 80$"):
        run(fixed, codes, Mute(100))


def test_an_earbud_that_only_ever_answers_is_given_up(fixed, codes):
    """The first STATUS of a run again and again, with numbers that are new."""
    first = []

    def stuck(wire):
        frame = decode_frame(wire[:-1])
        if frame.type is not MessageType.STATUS or Status.unpack(frame.payload).state != DeviceState.RUNNING:
            return wire if not first else b""
        first.append(frame)
        status = Status.unpack(frame.payload)
        said = replace(Status.unpack(first[0].payload), frames_out=status.frames_out)
        return renumbered(frame, said.pack())

    with pytest.raises(LinkError, match=r"^earbud answers, but makes no progress in 2\.\d s after sample 0$"):
        run(fixed, codes, stuck)


@pytest.mark.parametrize(
    ("change", "stale", "corrupt"),
    [(lambda w: w[:5] + bytes([w[5] ^ 0x40 or 1]) + w[6:], 0, 1), (lambda w: b"", 0, 0)],
    ids=["flipped", "lost"],
)
def test_a_token_that_does_not_come_is_named_by_its_number_and_its_place(fixed, codes, change, stale, corrupt):
    struck = []
    tamper = Nth(MessageType.TOKENS, 30, lambda wire: struck.append(decode_frame(wire[:-1])) or change(wire))
    result = run(fixed, codes, tamper)
    token = Tokens.unpack(struck[0].payload, 50)
    assert result.losses == (LostFrames(struck[0].sequence, 1),)
    assert (result.stale, result.corrupt) == (stale, corrupt)
    assert np.argwhere(~result.received).tolist() == [[token.patch_index, token.channel, token.band]]
    place = r"patch 0, channel 2 \(T8\), band 6 \(emg_mid\)"
    assert re.search(
        f"^1 of 192 tokens missing, the first that of {place}$", missing_tokens(result.received, fixed.design)
    )


def test_a_doubled_token_is_dropped_and_counted(fixed, codes):
    result = run(fixed, codes, Nth(MessageType.TOKENS, 30, lambda wire: wire + wire))
    assert (result.losses, result.stale, result.corrupt) == ((), 1, 0)
    assert result.received.all()


def test_a_token_of_nowhere_is_named(fixed, codes):
    def elsewhere(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, replace(Tokens.unpack(frame.payload, fixed.design.tokens.patch), channel=9).pack())

    with pytest.raises(LinkError, match=r"patch 0, channel 9 \(unknown\)"):
        run(fixed, codes, Nth(MessageType.TOKENS, 3, elsewhere))


def test_a_token_twice_is_named(fixed, codes):
    def patch_zero(wire):
        frame = decode_frame(wire[:-1])
        token = Tokens.unpack(frame.payload, fixed.design.tokens.patch)
        return renumbered(frame, replace(token, patch_index=0, channel=0, band=0).pack())

    with pytest.raises(LinkError, match=r"TOKENS of patch 0, channel 0 \(T7\), band 0 \(eeg_delta\) arrived twice"):
        run(fixed, codes, Nth(MessageType.TOKENS, 5, patch_zero))


OF_A_LINE = {ErrorCode.LOST, ErrorCode.CORRUPT, ErrorCode.BAD_STATE}


def refusing(code, detail=2):
    """In place of a STATUS, an ERROR."""

    def refuse(wire):
        return encode_frame(Frame(MessageType.ERROR, decode_frame(wire[:-1]).sequence, Error(code, 7, detail).pack()))

    return Nth(MessageType.STATUS, 4, refuse)


@pytest.mark.parametrize("code", sorted(set(ErrorCode) - OF_A_LINE - {ErrorCode.INDEX}))
def test_an_error_that_no_line_brings_about_is_put_in_words(fixed, codes, code):
    with pytest.raises(LinkError, match=rf"^earbud refused frame 7 \({code.name}\): ") as caught:
        run(fixed, codes, refusing(code))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("code", sorted(OF_A_LINE))
def test_an_error_that_a_line_brings_about_ends_nothing(fixed, codes, code):
    result = run(fixed, codes, refusing(code))
    assert result.received.all()


def test_a_sample_that_the_earbud_cannot_be_at_is_named(fixed, codes):
    def ahead(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, replace(Status.unpack(frame.payload), received=10_000).pack())

    with pytest.raises(LinkError, match=r"the earbud expects sample 10000 next, of \d+ samples sent"):
        run(fixed, codes, Nth(MessageType.STATUS, 5, ahead))


def test_another_design_names_both_hashes(fixed):
    with pytest.raises(LinkError, match=rf"built for {fixed.design.design_hash}, the host uses {'ab' * 32}"):
        EarbudLink(Loopback(fixed), fixed).configure("ab" * 32)


def test_an_earbud_that_ends_its_run_says_why(fixed, codes):
    def faulty(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, replace(Status.unpack(frame.payload), state=DeviceState.CONFIGURED, fault=5).pack())

    with pytest.raises(LinkError, match=r"^the earbud ended its run after sample \d+: CONVERTER_SILENT: "):
        run(fixed, codes, Nth(MessageType.STATUS, 5, faulty))
    with pytest.raises(LinkError, match=r"^the earbud does not start: CONVERTER_SILENT: "):
        run(fixed, codes, Nth(MessageType.STATUS, 1, faulty))


def test_another_protocol_is_refused(fixed):
    def newer(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, b"\x63" + frame.payload[1:]) if frame.type is MessageType.HELLO else wire

    with pytest.raises(OtherProtocolError, match="protocol: the earbud speaks version 99, this host 2"):
        EarbudLink(Tampering(fixed, newer), fixed).hello()
    answer = ask(lambda: Tampering(fixed, newer), fixed)
    assert (answer.standing, answer.hello) == (Standing.OTHER_PROTOCOL, None)


@pytest.mark.parametrize("kind", [MessageType.HELLO, MessageType.STATUS])
def test_a_restart_in_mid_stream_is_named(fixed, codes, kind):
    """By the HELLO that the earbud says then, or, should that be lost, by any STATUS."""

    def rebooted(wire):
        frame = decode_frame(wire[:-1])
        if kind is MessageType.STATUS:
            said = replace(Status.unpack(frame.payload), boots=1, session=0, frames_out=3)
        else:
            said = replace(hello, boots=1, session=0, frames_out=0)
        return encode_frame(Frame(kind, said.frames_out, said.pack()))

    hello = None
    tamper = Nth(MessageType.STATUS, 4, rebooted)

    def note_hello(wire):
        nonlocal hello
        frame = decode_frame(wire[:-1])
        hello = Hello.unpack(frame.payload) if frame.type is MessageType.HELLO else hello
        return tamper(wire)

    with pytest.raises(LinkError, match=r"^earbud restarted: boot count 1, was 0, after sample 40$"):
        run(fixed, codes, note_hello)
