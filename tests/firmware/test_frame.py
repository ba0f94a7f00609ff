"""The C frame codec against spec/framing.py, both ways."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earloop.firmware.build import build_host
from earloop.spec.framing import OVERHEAD_BYTES, Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import MessageType


@pytest.fixture(scope="module")
def library(fixed):
    return ctypes.CDLL(str(build_host(fixed)))


def decode(library, wire):
    """What the C decoder makes of a byte stream: (type, sequence, payload) of each frame, None for a corrupt one."""
    out = ctypes.create_string_buffer(2 * len(wire) + 16)
    count = library.library_decode(wire, len(wire), out)
    raw = out.raw[:count]
    events = []
    while raw:
        if raw[0] == 0:
            events.append(None)
            raw = raw[1:]
        else:
            length = int.from_bytes(raw[3:5], "little")
            events.append((raw[0], int.from_bytes(raw[1:3], "little"), raw[5 : 5 + length]))
            raw = raw[5 + length :]
    return events


def encode(library, kind, sequence, payload):
    out = ctypes.create_string_buffer(len(payload) + 64)
    count = library.frame_encode(out, kind, sequence, payload, len(payload))
    return out.raw[:count]


frames = st.builds(
    Frame,
    st.sampled_from(MessageType),
    st.integers(0, 0xFFFF),
    st.one_of(
        st.binary(max_size=244),
        st.integers(0, 244).map(lambda n: b"\1" * n),  # runs without a zero, as long as COBS blocks get
        st.integers(0, 244).map(bytes),
    ),
)


@settings(max_examples=300)
@given(sent=st.lists(frames, max_size=4))
def test_decodes_what_python_encodes(library, sent):
    wire = b"".join(map(encode_frame, sent))
    assert decode(library, wire) == [(f.type, f.sequence, f.payload) for f in sent]


@settings(max_examples=300)
@given(frame=frames)
@example(frame=Frame(MessageType.TOKENS, 0x0101, b"\1" * 247))  # body and CRC straddle the longest block
@example(frame=Frame(MessageType.TOKENS, 0x0101, b"\1" * 600))
def test_encodes_what_python_encodes(library, frame):
    assert encode(library, frame.type, frame.sequence, frame.payload) == encode_frame(frame)


@settings(max_examples=300)
@given(frame=frames, data=st.data())
def test_no_flipped_bit_passes(library, frame, data):
    wire = bytearray(encode_frame(frame))
    place = data.draw(st.integers(0, len(wire) - 2))
    wire[place] ^= 1 << data.draw(st.integers(0, 7))
    events = decode(library, bytes(wire) + encode_frame(frame))
    assert events[-1] == (frame.type, frame.sequence, frame.payload)  # the next frame is whole again
    assert all(event is None for event in events[:-1])
    assert events[:-1]


@settings(max_examples=300)
@given(noise=st.binary(max_size=600))
def test_judges_noise_as_python_does(library, noise):
    """Each non-empty stretch between delimiters is a frame for both, or for neither."""
    wanted = []
    for stuffed in FrameSplitter().push(noise):
        try:
            frame = decode_frame(stuffed)
            wanted.append((frame.type, frame.sequence, frame.payload))
        except Exception:
            wanted.append(None)
    assert decode(library, noise) == wanted


def test_an_overlong_frame_is_corrupt_once_and_the_next_is_whole(library):
    limit = library.library_payload_bytes()
    fits, overlong = (encode_frame(Frame(MessageType.SAMPLES, 7, b"\5" * n)) for n in (limit, limit + 1))
    assert decode(library, overlong + fits) == [None, (MessageType.SAMPLES, 7, b"\5" * limit)]
    assert len(fits) >= limit + OVERHEAD_BYTES
