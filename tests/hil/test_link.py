"""The host's end of the link: what it makes of a healthy earbud, and of each way in which one can fail."""

from __future__ import annotations

import numpy as np
import pytest

from firmware.loopback import Loopback
from hil.link import EarbudLink
from spec.errors import LinkError
from spec.framing import Frame, decode_frame, encode_frame
from spec.golden import GoldenTokenizer
from spec.messages import Error, ErrorCode, MessageType, Status, Tokens


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
        waiting = super().read(super().in_waiting)
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


def run(fixed, codes, tamper=lambda wire: wire, **options):
    with EarbudLink(Tampering(fixed, tamper), fixed, silence_s=0.2) as link:
        link.configure(fixed.design.design_hash)
        return link.run(codes, **options)


def renumbered(frame, payload):
    return encode_frame(Frame(frame.type, frame.sequence, payload))


@pytest.mark.parametrize("lock_step", [False, True])
def test_tokens_equal_golden(fixed, codes, lock_step):
    taken = []
    result = run(fixed, codes, advance=taken.append, lock_step=lock_step)
    golden = GoldenTokenizer(fixed)
    np.testing.assert_array_equal(result.tokens, golden.push(codes).tokens)
    assert (result.samples, result.ticks, result.corrupt) == (1234, 246, 0)
    assert result.saturated == golden.saturated_tokens.sum()
    assert taken == sorted(taken)
    assert taken[-1] == 1234
    assert (result.tick_clocks_mean, result.tick_clocks_max) == (1.0, 1)  # the host board's clock: one a reading


def test_two_runs_are_independent(fixed, codes):
    with EarbudLink(Loopback(fixed), fixed) as link:
        link.configure(fixed.design.design_hash)
        first, second = link.run(codes), link.run(codes)
    np.testing.assert_array_equal(first.tokens, second.tokens)


def test_no_codes_no_tokens(fixed):
    assert run(fixed, np.zeros((0, 4), np.int32)).tokens.shape == (0, 4, 12, 50)


def test_codes_of_another_channel_count_are_refused(fixed):
    with pytest.raises(ValueError, match=r"wanted \[samples, 4\]"):
        run(fixed, np.zeros((10, 3), np.int32))


def test_a_silent_earbud_is_named(fixed):
    with pytest.raises(LinkError, match=r"^earbud silent for 0\.\d s after HELLO$"):
        run(fixed, None, lambda wire: b"")


def test_silence_in_mid_stream_says_after_which_sample(fixed, codes):
    silence = iter([])

    def tamper(wire):
        nonlocal silence
        frame = decode_frame(wire[:-1])
        if frame.type is MessageType.STATUS and Status.unpack(frame.payload).received >= 100:
            silence = None
        return b"" if silence is None else wire

    with pytest.raises(LinkError, match=r"^earbud silent for 0\.\d s after sample 80$"):
        run(fixed, codes, tamper)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda w: w[:5] + bytes([w[5] ^ 0x40 or 1]) + w[6:],
            r"corrupt frame from the earbud, expected number \d+, after",
        ),
        (
            lambda w: b"",
            r"frame out of order from the earbud after sample \d+: expected number (\d+), found \d+ \(TOKENS\)",
        ),
        (lambda w: w + w, r"frame out of order from the earbud .* found \d+ \(TOKENS\)"),
    ],
    ids=["flipped", "lost", "doubled"],
)
def test_damage_on_the_way_is_named(fixed, codes, change, message):
    with pytest.raises(LinkError, match=message):
        run(fixed, codes, Nth(MessageType.TOKENS, 30, change))


def test_a_token_that_never_came_is_named(fixed, codes):
    """A status in its place, so that no number is missing."""
    status = Nth(MessageType.STATUS, 10**6, None)

    def tamper(wire):
        frame = decode_frame(wire[:-1])
        if frame.type is MessageType.STATUS:
            status.last = frame.payload
        if frame.type is MessageType.TOKENS and Tokens.unpack(frame.payload, 50).patch_index == 1:
            token = Tokens.unpack(frame.payload, 50)
            if (token.channel, token.band) == (2, 8):
                return encode_frame(Frame(MessageType.STATUS, frame.sequence, status.last))
        return wire

    with pytest.raises(LinkError, match=r"^1 of 192 tokens missing, .* patch 1, channel 2 \(T8\), band 8 \(eog\)$"):
        run(fixed, codes, tamper)


def test_a_token_of_nowhere_is_named(fixed, codes):
    def elsewhere(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, frame.payload[:4] + b"\x09" + frame.payload[5:])

    with pytest.raises(LinkError, match=r"patch 0, channel 9 \(unknown\)"):
        run(fixed, codes, Nth(MessageType.TOKENS, 3, elsewhere))


def test_a_token_twice_is_named(fixed, codes):
    def patch_zero(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, bytes(6) + frame.payload[6:])

    with pytest.raises(LinkError, match=r"the token of patch 0, channel 0 \(T7\), band 0 \(eeg_delta\) came twice"):
        run(fixed, codes, Nth(MessageType.TOKENS, 5, patch_zero))


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_is_put_in_words(fixed, codes, code):
    def refuse(wire):
        return encode_frame(Frame(MessageType.ERROR, decode_frame(wire[:-1]).sequence, Error(code, 7, 2).pack()))

    with pytest.raises(LinkError, match=rf"^earbud refused frame 7 \({code.name}\): ") as caught:
        run(fixed, codes, Nth(MessageType.STATUS, 2, refuse))
    assert "\n" not in str(caught.value)


def test_another_design_names_both_hashes(fixed):
    with pytest.raises(LinkError, match=rf"built for {fixed.design.design_hash}, the host holds {'ab' * 32}"):
        EarbudLink(Loopback(fixed), fixed).configure("ab" * 32)


def test_another_protocol_is_refused(fixed):
    def newer(wire):
        frame = decode_frame(wire[:-1])
        return renumbered(frame, b"\x63" + frame.payload[1:]) if frame.type is MessageType.HELLO else wire

    with pytest.raises(LinkError, match="protocol: the earbud speaks version 99, this host 1"):
        EarbudLink(Tampering(fixed, newer), fixed).hello()


def test_a_restart_in_mid_stream_is_named(fixed, codes):
    hello = None

    def tamper(wire):
        nonlocal hello
        frame = decode_frame(wire[:-1])
        if frame.type is MessageType.HELLO:
            hello = frame.payload
        if frame.type is MessageType.STATUS and Status.unpack(frame.payload).received == 60:
            return encode_frame(Frame(MessageType.HELLO, 0, hello[:-2] + b"\x01\x00"))
        return wire

    with pytest.raises(LinkError, match="earbud restarted after sample 40: boot count 1, was 0"):
        run(fixed, codes, tamper)
