"""A stream whose samples cannot wait: what the line has no room for is passed over, and the numbers show it."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from earloop.firmware.build import build_host
from earloop.spec.framing import FrameSplitter, decode_frame
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import MessageType, Tap
from earloop.spec.signal_messages import Codes, Tick, Tokens

ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
BUFFER_BYTES = 65536


@pytest.fixture(scope="module")
def acquire(fixed):
    """Runs codes through a stream that sends so many frames a sample; returns the frames that were sent."""
    library = ctypes.CDLL(str(build_host(fixed)))

    def run(codes, taps, frames_a_sample):
        block = np.ascontiguousarray(codes, np.int32)
        library.library_acquire(
            block.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint32(len(block)), ctypes.c_uint16(taps), frames_a_sample
        )
        buffer = ctypes.create_string_buffer(BUFFER_BYTES)
        sent = library.host_drain(buffer, BUFFER_BYTES)
        return [decode_frame(stuffed) for stuffed in FrameSplitter().push(buffer.raw[:sent])]

    return run


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-(2**20), 2**20, (620, 4)).astype(np.int32)


def owed_frames(samples):
    """Frames of all taps that a stream of so many samples makes, those of a block that is not full left out."""
    return samples // 8 + samples // 5 * 6 + samples // 250 * 48


def test_with_room_enough_every_frame_is_sent_and_every_number_used(acquire, codes):
    frames = acquire(codes, ALL_TAPS, 100)
    assert [frame.sequence for frame in frames] == list(range(owed_frames(620)))


@pytest.mark.parametrize("frames_a_sample", [0, 1])
def test_without_room_no_sample_waits_and_what_comes_is_golden(acquire, fixed, codes, frames_a_sample):
    frames = acquire(codes, ALL_TAPS, frames_a_sample)
    numbers = [frame.sequence for frame in frames]
    assert numbers == sorted(set(numbers))
    assert len(frames) <= 620 * frames_a_sample < owed_frames(620)
    golden = GoldenTokenizer(fixed).push(codes)
    rows = {Tap.DECIMATED: golden.decimated[:, None], Tap.NOTCHED: golden.notched[:, None], Tap.BANDS: golden.bands}
    for frame in frames:
        if frame.type is MessageType.CODES:
            block = Codes.unpack(frame.payload, 4)
            np.testing.assert_array_equal(block.codes, codes[block.first : block.first + 8])
        elif frame.type is MessageType.TICK:
            tick = Tick.unpack(frame.payload, 4, 12)
            np.testing.assert_array_equal(tick.values, rows[Tap(tick.tap)][tick.tick, tick.channel])
        else:
            token = Tokens.unpack(frame.payload, 50)
            np.testing.assert_array_equal(token.values, golden.tokens[token.patch_index, token.channel, token.band])


def test_a_frame_that_is_passed_over_uses_its_number_like_one_that_is_sent(acquire, codes):
    still_owed = 1 + 6 + 48  # at most: a block, a tick and a patch
    used = acquire(codes, ALL_TAPS, 1)[-1].sequence + 1
    assert 0 <= owed_frames(620) - used <= still_owed
