"""The file of a transcript.

    "EARTRANS" | version u16 | length u32 | header, JSON | crc u32      | record | record | ... | END

    record:  delta u32, us | length u32 | kind u8 | check u16 | data | crc u32

Little-endian. `delta` is the time since the record before; time begins with the conversation and never goes back.
`check` is the CRC-16/XMODEM of the nine bytes before it, so that a damaged length is not taken for the end of the file.
Each `crc` is the CRC-32 of all bytes of the header or record before it, begun with the crc of what stands before
(0 for the header): a record that is damaged, missing, doubled or moved is found out at its place. A file without END
was broken off.

The header holds the link's protocol version, the host's design hash, who the earbud said it is (null if it never did),
what was replayed and how it was read (null where the earbud took samples of its own), and the host's patience. A record
is one act of the host on its port, and what came of it: see `Kind`. What is HEARD is cut as it was read, not one frame
a record.
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
    """A transcript that cannot be written, read, or repeated.

    No `LinkError`: the link takes those for faults of a line, and would try again.
    """


class Kind(IntEnum):
    """What the host did, and what the data of the record are."""

    HEARD = 1  # read: the bytes that came, none where it waited in vain
    SAID = 2  # wrote: the bytes
    DROPPED = 3  # emptied the input: what was in it
    FAILED = 4  # did any of these, and the port failed: the error as text
    WAITED = 5  # let time pass
    REOPENED = 6  # opened a port again that had gone
    ABSENT = 7  # tried to: the error as text
    END = 8


@dataclass(frozen=True)
class Record:
    """One act of the host; `at_us` is when it was done, on the clock of the transcript."""

    at_us: int
    kind: Kind
    data: bytes


@dataclass(frozen=True)
class RecordingRead:
    """What was replayed, and how it was read."""

    name: str
    options: ReadOptions = READ_ALL


@dataclass(frozen=True)
class Header:
    """What is known about a conversation as a whole.

    recording : what was replayed; None where the earbud took samples of its own
    design_hash : the host's, hex
    identity : None where the earbud never gave it
    silence_s : the host's patience
    """

    protocol: int
    design_hash: str
    identity: Identity | None
    recording: RecordingRead | None
    silence_s: float

    def pack(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Header:
        """From JSON; raises ValueError, which names what is wrong in it."""
        return cls(**dict(parse_header(packed, _PackedHeader)))


class _PackedHeader(FileHeader):
    """The fields of a `Header`, as they may stand in a file."""

    protocol: int
    design_hash: str
    identity: Identity | None
    recording: RecordingRead | None
    silence_s: float = Field(ge=0, le=LONGEST_SILENCE_S)


def encode_header(header: Header) -> tuple[bytes, int]:
    """The first bytes of a file, and their crc."""
    packed = header.pack()
    body = PREAMBLE.pack(MAGIC, VERSION, len(packed)) + packed
    crc = zlib.crc32(body)
    return body + CRC.pack(crc), crc


def encode_record(delta_us: int, kind: Kind, data: bytes, crc: int) -> tuple[bytes, int]:
    """A record's bytes behind a record or header with `crc`, and its own crc."""
    head = HEAD.pack(delta_us, len(data), kind)
    body = head + CHECK.pack(head_check(head)) + data
    crc = zlib.crc32(body, crc)
    return body + CRC.pack(crc), crc


def head_check(head: bytes) -> int:
    """CRC-16/XMODEM."""
    return binascii.crc_hqx(head, 0)
