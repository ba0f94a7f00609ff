"""The file format of a transcript.

    "EARTRANS" | version u16 | length u32 | header, JSON | crc u32      | record | record | ... | END

    record:  delta u32, us | length u32 | kind u8 | check u16 | data | crc u32

All numbers are little-endian. `delta` is the time since the previous record; time starts with the conversation and
never decreases. `check` is the CRC-16/XMODEM of the nine bytes before it, so that a damaged length is not mistaken for
the end of the file. Each `crc` is the CRC-32 of all bytes of its header or record, with the previous crc as initial
value (0 for the header): so a damaged, missing, repeated or moved record is detected at its place. A file without END
is incomplete.

The header holds the link's protocol version, the host's design hash, the earbud's identity (null if it never reported
one), the replayed recording and its reading options (null for an acquisition), and the host's timeout. A record is one
operation of the host on its port, with its result: see `RecordKind`. HEARD holds the bytes of one read, which need not
be one frame.
"""

from __future__ import annotations

import binascii
import json
import struct
import zlib
from dataclasses import asdict, dataclass
from enum import IntEnum

from pydantic import Field

from earloop.hil.run.device import Identity
from earloop.recordings.reading.options import READ_ALL, ReadOptions
from earloop.spec.errors import EarloopError
from earloop.spec.validation import FileHeader, parse_header

MAGIC = b"EARTRANS"
VERSION = 2
PREAMBLE = struct.Struct("<8sHI")
HEAD = struct.Struct("<IIB")
CHECK = struct.Struct("<H")
CRC = struct.Struct("<I")
LONGEST_DELTA_US = 2**32 - 1
LONGEST_SILENCE_S = 1e6


class TranscriptError(EarloopError):
    """A transcript cannot be written, read, or repeated.

    This is no `LinkError`, because the link treats those as faults of the line and tries again.
    """


class RecordKind(IntEnum):
    """The operation of the host; the comments say what the data of the record are."""

    HEARD = 1  # read: the bytes, none after a timeout
    SAID = 2  # write: the bytes
    DROPPED = 3  # discard of the input: its bytes
    FAILED = 4  # any of these on a port that failed: the error as text
    WAITED = 5  # wait
    REOPENED = 6  # reopening of a lost port
    ABSENT = 7  # failed attempt to reopen: the error as text
    END = 8  # end of a complete file: nothing


@dataclass(frozen=True)
class TranscriptRecord:
    """One operation of the host; `at_us` is its time in microseconds by the clock of the transcript."""

    at_us: int
    kind: RecordKind
    data: bytes


@dataclass(frozen=True)
class RecordingRead:
    """The replayed recording, and the options with which it was read."""

    name: str
    options: ReadOptions = READ_ALL


@dataclass(frozen=True, kw_only=True)
class Header:
    """The facts about a conversation as a whole.

    recording : the replayed recording; None for an acquisition
    design_hash : the host's, in hex
    identity : the earbud's; None if it never reported one
    silence_s : the host's timeout
    """

    protocol: int
    design_hash: str
    identity: Identity | None
    recording: RecordingRead | None
    silence_s: float

    def pack(self) -> bytes:
        """Return the header as JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Header:
        """Return the header from JSON; raises a ValueError that names what is wrong in it."""
        return cls(**dict(parse_header(packed, _PackedHeader)))


class _PackedHeader(FileHeader):
    """The fields of a `Header`, with the limits of a file."""

    protocol: int
    design_hash: str
    identity: Identity | None
    recording: RecordingRead | None
    silence_s: float = Field(ge=0, le=LONGEST_SILENCE_S)


def encode_header(header: Header) -> tuple[bytes, int]:
    """Return the bytes of a header, and their crc."""
    packed = header.pack()
    body = PREAMBLE.pack(MAGIC, VERSION, len(packed)) + packed
    crc = zlib.crc32(body)
    return body + CRC.pack(crc), crc


def encode_record(delta_us: int, kind: RecordKind, data: bytes, crc: int) -> tuple[bytes, int]:
    """Return the bytes of a record that follows a record or header with `crc`, and the record's crc."""
    head = HEAD.pack(delta_us, len(data), kind)
    body = head + CHECK.pack(head_check(head)) + data
    crc = zlib.crc32(body, crc)
    return body + CRC.pack(crc), crc


def head_check(head: bytes) -> int:
    """Return the CRC-16/XMODEM of a record's head."""
    return binascii.crc_hqx(head, 0)
