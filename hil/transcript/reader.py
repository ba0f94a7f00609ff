"""Reads a transcript from its file, and detects truncation and damage."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from earloop.hil.transcript.format import (
    CHECK,
    CRC,
    HEAD,
    MAGIC,
    PREAMBLE,
    VERSION,
    Header,
    RecordKind,
    TranscriptError,
    TranscriptRecord,
)
from earloop.hil.transcript.format import head_check as check_of
from earloop.spec.bounded_file import FileTooLongError, read_at_most

MOST_BYTES = 1_000_000_000  # six hours at the reference baud rate; all of it is held in memory
KINDS = frozenset(RecordKind)


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A conversation: its `records` without END; `complete` says whether the file has END."""

    path: Path
    header: Header
    records: tuple[TranscriptRecord, ...]
    complete: bool


def read_transcript(path: Path) -> Transcript:
    """Read a transcript; an incomplete one is read up to its last whole record.

    Raises
    ------
    TranscriptError
        The file is no transcript, has another version, ends within its header, or is damaged; the message says where.
    """
    try:
        content = read_at_most(path, MOST_BYTES)
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror})") from None
    except FileTooLongError as error:
        raise TranscriptError(f"{path}: {error}") from None
    header, at, crc = _read_header(path, content)
    records, complete = _read_records(path, content, at, crc)
    return Transcript(path=path, header=header, records=records, complete=complete)


def _read_header(path: Path, content: bytes) -> tuple[Header, int, int]:
    """Return the header, the offset after it, and its crc."""
    if not content.startswith(MAGIC):
        raise TranscriptError(f"{path}: no transcript; earloop hil run --transcript FILE writes one")
    truncated = TranscriptError(f"{path}: truncated within its header; nothing of it can be read")
    if len(content) < PREAMBLE.size:
        raise truncated
    _, version, length = PREAMBLE.unpack_from(content)
    if version != VERSION:
        raise TranscriptError(f"{path}: a transcript of version {version}, wanted {VERSION}; record it again")
    end = PREAMBLE.size + length
    if len(content) < end + CRC.size:
        raise truncated
    crc = zlib.crc32(content[:end])
    if CRC.unpack_from(content, end) != (crc,):
        raise TranscriptError(f"{path}: damaged in its header (its CRC is not {crc:08x})")
    try:
        header = Header.unpack(content[PREAMBLE.size : end])
    except ValueError as error:
        raise TranscriptError(f"{path}: its header is invalid: {error}; record the transcript again") from None
    return header, end + CRC.size, crc


def _read_records(path: Path, content: bytes, at: int, crc: int) -> tuple[tuple[TranscriptRecord, ...], bool]:
    """Return the records from offset `at` on, after a header with `crc`, and whether they end with END."""
    records: list[TranscriptRecord] = []
    at_us = 0
    while at + HEAD.size + CHECK.size <= len(content):
        head = content[at : at + HEAD.size]
        data_at = at + HEAD.size + CHECK.size
        delta_us, length, code = HEAD.unpack(head)
        if CHECK.unpack_from(content, at + HEAD.size) != (check_of(head),):
            raise _damaged(path, len(records), at, at_us)
        end = data_at + length
        if end + CRC.size > len(content):
            break
        crc = zlib.crc32(content[at:end], crc)
        if CRC.unpack_from(content, end) != (crc,):
            raise _damaged(path, len(records), at, at_us)
        at_us += delta_us
        if code == RecordKind.END:
            return tuple(records), True
        if code not in KINDS:
            raise TranscriptError(
                f"{path}: exchange {len(records)}, byte {at} of the file, is a record of kind {code}; this program "
                f"knows {min(KINDS)} to {max(KINDS)}: a later version wrote the file"
            )
        records.append(TranscriptRecord(at_us, RecordKind(code), content[data_at:end]))
        at = end + CRC.size
    return tuple(records), False


def _damaged(path: Path, exchange: int, at: int, after_us: int) -> TranscriptError:
    return TranscriptError(
        f"{path}: damaged at exchange {exchange}, byte {at} of the file, at {after_us / 1e6:.3f} s: "
        "a checksum does not match; copy the file again, or record it again"
    )
