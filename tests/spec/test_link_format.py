"""Messages and frames: round trips, and damage that must be noticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import (
    Configure,
    DeviceFault,
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
from earloop.spec.signal_messages import Codes, Samples, Tick, Tokens, codes_per_frame

frames = st.builds(Frame, st.sampled_from(MessageType), st.integers(0, 0xFFFF), st.binary(max_size=600))


@given(frames)
def test_a_frame_survives_the_wire(frame):
    wire = encode_frame(frame)
    assert wire.count(0) == 1
    assert wire.endswith(b"\0")
    assert decode_frame(wire[:-1]) == frame


@given(frames, st.data())
def test_a_flipped_bit_is_noticed(frame, data):
    wire = bytearray(encode_frame(frame)[:-1])
    position = data.draw(st.integers(0, len(wire) * 8 - 1))
    wire[position // 8] ^= 1 << position % 8
    for piece in FrameSplitter().push(bytes(wire) + b"\0"):
        with pytest.raises(LinkError):
            decode_frame(piece)


@given(st.lists(frames, max_size=6), st.integers(1, 50))
def test_the_splitter_finds_every_frame_however_the_bytes_arrive(sent, size):
    wire = b"".join(encode_frame(frame) for frame in sent)
    splitter = FrameSplitter()
    found = [decode_frame(s) for i in range(0, len(wire), size) for s in splitter.push(wire[i : i + size])]
    assert found == sent


@given(hnp.arrays(np.int32, st.tuples(st.integers(0, 30), st.just(4)), elements=st.integers(-(2**23), 2**23 - 1)))
def test_samples_survive_their_payload(codes):
    found = Samples.unpack(Samples(77, codes).pack(), channels=4)
    assert found.first == 77
    np.testing.assert_array_equal(found.codes, codes)


@given(hnp.arrays(np.int16, 50))
def test_tokens_survive_their_payload(values):
    found = Tokens.unpack(Tokens(0xFFFF, 9, 3, 11, values).pack(), patch=50)
    assert (found.run, found.patch_index, found.channel, found.band) == (0xFFFF, 9, 3, 11)
    np.testing.assert_array_equal(found.values, values)


def test_fixed_payloads_survive_and_refuse_other_lengths():
    hash_bytes = bytes(range(32))
    what = (Tap.TOKENS, SampleSource.SPI, 4, 12, 50, 20, 8, 3, DeviceFault.KERNEL, DeviceFault.CRASH)
    hello = Hello(2, hash_bytes, b"12345678", b"serialnumber", *what, 2**32 - 1, 7)
    counters = (60, 100, 80, 16, 2**40, 9000, 1, 2, 3, 0x0F, 0xF0, 4, 65535, 5, 6, 7, 8, 2**32 - 1)
    status = Status(
        2**31, DeviceState.STOPPING, SampleSource.INJECTED, Tap.CODES, DeviceFault.OVERRUN, 3, 65535, *counters
    )
    configure, start = Configure(hash_bytes, Tap.BANDS, SampleSource.BRIDGE), Start(2**32 - 1, 9)
    for message in (hello, status, configure, start, Opening(5), Error(ErrorCode.LOST, 3, 12)):
        assert type(message).unpack(message.pack()) == message
        with pytest.raises(LinkError, match=type(message).__name__):
            type(message).unpack(message.pack() + b"\0")


def test_samples_that_do_not_fill_a_row_are_refused():
    with pytest.raises(LinkError, match="multiple of 12"):
        Samples.unpack(b"\0" * 15, channels=4)


@given(hnp.arrays(np.int32, st.tuples(st.integers(0, 8), st.just(4)), elements=st.integers(-(2**23), 2**23 - 1)))
def test_codes_survive_their_payload(codes):
    found = Codes.unpack(Codes(3, 77, codes).pack(), channels=4)
    assert (found.run, found.first) == (3, 77)
    np.testing.assert_array_equal(found.codes, codes)


@pytest.mark.parametrize(("tap", "count"), [(Tap.DECIMATED, 4), (Tap.NOTCHED, 4), (Tap.BANDS, 12)])
def test_a_tick_has_a_value_for_each_channel_or_band(tap, count):
    values = np.arange(count, dtype=np.int32) + np.int32(-(2**31))
    payload = Tick(3, 2**32 - 1, tap, 2, values).pack()
    found = Tick.unpack(payload, channels=4, bands=12)
    assert (found.run, found.tick, found.tap, found.channel) == (3, 2**32 - 1, tap, 2)
    np.testing.assert_array_equal(found.values, values)
    for wrong in (payload[:-4], payload[:5]):
        with pytest.raises(LinkError, match="Tick of"):
            Tick.unpack(wrong, channels=4, bands=12)


def test_a_codes_frame_is_no_longer_than_a_tokens_frame():
    codes = Codes(0, 0, np.zeros((codes_per_frame(4, 50), 4), np.int32)).pack()
    token = Tokens(0, 0, 0, 0, np.zeros(50, np.int16)).pack()
    assert len(codes) <= len(token) < len(codes) + 12
