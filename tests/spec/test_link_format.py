"""Messages and frames: round trips, and damage that must be noticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spec.errors import LinkError
from spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from spec.messages import Error, ErrorCode, Hello, MessageType, Samples, State, Status, Tap, Tokens

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
    found = Tokens.unpack(Tokens(9, 3, 11, values).pack(), patch=50)
    assert (found.patch_index, found.channel, found.band) == (9, 3, 11)
    np.testing.assert_array_equal(found.values, values)


def test_fixed_payloads_survive_and_refuse_other_lengths():
    hello = Hello(1, bytes(range(32)), b"12345678", b"serialnumber", Tap.TOKENS, 4, 12, 50, 20, 8, 3)
    status = Status(State.RUNNING, 100, 80, 16, 2**40, 9000, 1, 0)
    error = Error(ErrorCode.SEQUENCE, 3, 12)
    for message in (hello, status, error):
        assert type(message).unpack(message.pack()) == message
        with pytest.raises(LinkError, match=type(message).__name__):
            type(message).unpack(message.pack() + b"\0")


def test_samples_that_do_not_fill_a_row_are_refused():
    with pytest.raises(LinkError, match="multiple of 12"):
        Samples.unpack(b"\0" * 15, channels=4)
