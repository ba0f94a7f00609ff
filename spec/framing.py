"""Frames carry messages over a byte stream.

    COBS( type u8 | sequence u16 | payload | crc u32 ) 0x00

The CRC is CRC-32 (IEEE 802.3, as in zlib) over type, sequence and payload. Each side numbers its own frames from 0,
wrapping at 2^16. A zero byte ends every frame and occurs nowhere else, so a receiver can resume after corrupted bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from cobs import cobs

from earloop.spec.errors import LinkError
from earloop.spec.messages import MessageType

DELIMITER = b"\0"
LONGEST_BYTES = 1 << 16  # on the wire: far longer than any message; more bytes without a delimiter are not a frame
_CRC = struct.Struct("<I")
CRC_BYTES = _CRC.size


@dataclass(frozen=True)
class Frame:
    """One message with its type and its number, as sent on the link."""

    HEADER: ClassVar = struct.Struct("<BH")

    type: MessageType
    sequence: int
    payload: bytes


OVERHEAD_BYTES = Frame.HEADER.size + CRC_BYTES


def encode_frame(frame: Frame) -> bytes:
    """Return the bytes of a frame, with its delimiter."""
    body = Frame.HEADER.pack(frame.type, frame.sequence) + frame.payload
    stuffed: bytes = cobs.encode(body + _CRC.pack(zlib.crc32(body)))
    return stuffed + DELIMITER


def decode_frame(stuffed: bytes) -> Frame:
    """Return the frame in the given bytes, which exclude the delimiter.

    Raises
    ------
    LinkError
        The bytes are not COBS, too short or too long, or have a wrong CRC or an unknown message type.
    """
    if len(stuffed) > LONGEST_BYTES:
        raise LinkError(f"frame of more than {LONGEST_BYTES} bytes: no message is as long")
    try:
        raw = cobs.decode(stuffed)
    except cobs.DecodeError as error:
        raise LinkError(f"frame of {len(stuffed)} bytes does not decode: {error}") from None
    if len(raw) < OVERHEAD_BYTES:
        raise LinkError(f"frame of {len(raw)} bytes: a frame has at least {OVERHEAD_BYTES}")
    body, (crc,) = raw[:-CRC_BYTES], _CRC.unpack(raw[-CRC_BYTES:])
    if zlib.crc32(body) != crc:
        raise LinkError(f"frame of {len(raw)} bytes: CRC {crc:08x} received, {zlib.crc32(body):08x} computed")
    kind, sequence = Frame.HEADER.unpack_from(body)
    try:
        message_type = MessageType(kind)
    except ValueError:
        raise LinkError(f"frame {sequence}: message type {kind} is not known") from None
    return Frame(message_type, sequence, body[Frame.HEADER.size :])


class FrameSplitter:
    """Split a byte stream, which may arrive in pieces of any size, at its delimiters.

    A piece longer than any frame is truncated, one byte after the limit.
    """

    def __init__(self) -> None:
        self._partial = bytearray()

    def push(self, received: bytes) -> Iterator[bytes]:
        """Return the stuffed frames that `received` completes, without empty ones."""
        first, *others = received.split(DELIMITER)
        self._partial += first[: LONGEST_BYTES + 1 - len(self._partial)]
        whole = []
        for following in others:
            if self._partial:
                whole.append(bytes(self._partial))
            self._partial = bytearray(following[: LONGEST_BYTES + 1])
        return iter(whole)
