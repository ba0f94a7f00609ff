"""The chunks of an XDF file: headers of its streams, and checks that the file is complete.

A file is `XDF:` and then chunks. A chunk has a length (1 byte with the number of bytes of the length, then the length),
a tag (uint16) and its content. For a stream header, samples, a clock offset and a stream footer, the content begins
with the stream's number (uint32). Headers and footers are XML. (XDF 1.0 specification:
https://github.com/sccn/xdf/wiki/Specifications)

pyxdf continues after damage and after a missing end, and reports it only in its log. Here both are errors, so that a
truncated recording is not accepted as a shorter one.
"""

from __future__ import annotations

import io
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from earloop.recordings.recording import RecordingError
from earloop.recordings.xdf.stream_header import VALUE_BYTES, StreamHeader, parse_header

MAGIC = b"XDF:"
LENGTH_FORMATS = {1: "<B", 4: "<I", 8: "<Q"}
STREAM_HEADER, SAMPLES, CLOCK_OFFSET, STREAM_FOOTER = 2, 3, 4, 6
OF_A_STREAM = (STREAM_HEADER, SAMPLES, CLOCK_OFFSET, STREAM_FOOTER)


@dataclass(frozen=True, kw_only=True)
class XdfStream:
    """A stream of a file.

    number : its number in the file's chunks
    samples : number of samples in the footer; None without a footer, -1 if the footer does not count them
    counted : number of samples in its chunks
    offsets : number of measurements of its clock by the recorder
    """

    number: int
    header: StreamHeader
    samples: int | None
    counted: int
    offsets: int

    def __str__(self) -> str:
        footer = "no footer" if self.samples is None else "footer ok" if self.samples <= self.counted else "damaged"
        return f"{self.number} {self.header}, {self.counted:,} samples, {footer}"


def read_streams(path: Path) -> list[XdfStream]:
    """Return the streams of a file, in the order of their headers.

    Raises
    ------
    RecordingError
        The file is not XDF, it ends within a chunk, or a header is invalid.
    """
    headers: dict[int, StreamHeader] = {}
    footers: dict[int, ElementTree.Element] = {}
    counted: Counter[int] = Counter()
    offsets: Counter[int] = Counter()
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise RecordingError(f"{path}: empty, or not an XDF file: it does not begin with {MAGIC.decode()}")
        size = file.seek(0, io.SEEK_END)
        file.seek(len(MAGIC))
        while file.tell() < size:
            start = file.tell()
            length = _length(file, path)
            end = file.tell() + length
            if end > size:
                raise RecordingError(
                    f"{path}: truncated: the chunk at byte {start} ends at {end}, but the file ends at {size}"
                    f"{_before(headers, counted)}: copy the file again"
                )
            head = file.read(min(length, 6))
            tag = int.from_bytes(head[:2], "little")
            if length < (6 if tag in OF_A_STREAM else 2):
                raise RecordingError(f"{path}: damaged: a chunk of {length} bytes at byte {start}")
            number = int.from_bytes(head[2:], "little")
            if tag == STREAM_HEADER:
                headers[number] = _header(_xml(file.read(length - 6), path, start), path)
            elif tag == STREAM_FOOTER:
                footers[number] = _xml(file.read(length - 6), path, start)
            elif tag == SAMPLES:
                counted[number] += _samples(file, end, headers.get(number), path, start)
            elif tag == CLOCK_OFFSET:
                offsets[number] += 1
            file.seek(end)
    return [
        XdfStream(
            number=number,
            header=header,
            samples=_footer_samples(footers.get(number), path),
            counted=counted[number],
            offsets=offsets[number],
        )
        for number, header in headers.items()
    ]


def _before(headers: dict[int, StreamHeader], counted: Counter[int]) -> str:
    """Return a phrase with the number of samples of each regular stream before a missing end."""
    amounts = [
        f"{counted[number]:,} samples of {header.name} (about {counted[number] / header.rate_hz:.1f} s)"
        for number, header in headers.items()
        if header.is_signal and counted[number]
    ]
    return f", after {' and '.join(amounts)}" if amounts else ""


def _header(xml: ElementTree.Element, path: Path) -> StreamHeader:
    try:
        return parse_header(xml)
    except ValueError as error:
        raise RecordingError(f"{path}: damaged header of a stream: {error}") from None


def _footer_samples(footer: ElementTree.Element | None, path: Path) -> int | None:
    if footer is None:
        return None
    try:
        return int(footer.findtext("sample_count") or -1)
    except ValueError as error:
        raise RecordingError(f"{path}: damaged footer of a stream: {error}") from None


def _samples(file: BinaryIO, end: int, header: StreamHeader | None, path: Path, start: int) -> int:
    """Return the number of samples that a chunk claims, after a check that the chunk is large enough."""
    if header is None:
        raise RecordingError(f"{path}: damaged: the chunk at byte {start} belongs to a stream without a header")
    count = _length(file, path)
    least_bytes = count * (1 + header.channels * VALUE_BYTES[header.format])  # a byte says whether a time stamp follows
    if file.tell() + least_bytes > end:
        raise RecordingError(
            f"{path}: damaged: the chunk at byte {start} claims {count:,} samples of {header.name}, which need "
            f"{least_bytes:,} bytes or more; it has {max(0, end - file.tell()):,}"
        )
    return count


def _length(file: BinaryIO, path: Path) -> int:
    start = file.tell()
    width = int.from_bytes(file.read(1), "little")  # 0 at the end of the file
    content = file.read(width)
    if width not in LENGTH_FORMATS:
        raise RecordingError(f"{path}: damaged: no chunk begins at byte {start}")
    if len(content) < width:
        raise RecordingError(f"{path}: truncated at byte {start}, within the length of a chunk")
    return int(struct.unpack(LENGTH_FORMATS[width], content)[0])


def _xml(content: bytes, path: Path, start: int) -> ElementTree.Element:
    if b"<!DOCTYPE" in content:  # declared entities can expand to gigabytes, and no stream needs them
        raise RecordingError(f"{path}: damaged: the chunk at byte {start} has XML with a DOCTYPE declaration")
    try:
        return ElementTree.fromstring(content.decode("utf-8", "replace"))
    except ElementTree.ParseError as error:
        raise RecordingError(f"{path}: damaged: the chunk at byte {start} is not XML: {error}") from None
