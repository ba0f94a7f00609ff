"""XDF files written byte by byte from the specification (https://github.com/sccn/xdf/wiki/Specifications)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

RATE = 250
START = 1000.0  # on the stream's own clock
LABELS = ("T7", "T8")
FORMATS = {"float32": "<f4", "double64": "<f8", "int8": "<i1", "int16": "<i2", "int32": "<i4", "int64": "<i8"}


def chunk(tag, content):
    """Length in as few bytes as the specification offers, tag, content."""
    length = 2 + len(content)
    head = b"\x01" + bytes([length]) if length < 256 else b"\x04" + struct.pack("<I", length)
    return head + struct.pack("<H", tag) + content


@dataclass
class Stream:
    """A stream to be written.

    offset_s : what the recorder must add to its clock, measured with every chunk; or `offsets`, (when, offset), each
        measured when the stream's clock showed that
    """

    number: int = 1
    name: str = "ear"
    kind: str = "EEG"
    values: object = None
    stamps: object = None
    format: str = "float32"
    rate: float = RATE
    labels: tuple = LABELS
    units: tuple = ("microvolts", "microvolts")
    types: tuple = ()
    offset_s: float | None = None
    offsets: tuple = ()
    host: str = ""
    desc: str = ""
    footer: bool = True
    counted: int | None = None

    def header(self):
        types = self.types or ("",) * len(self.labels)
        channels = "".join(
            f"<channel><label>{label}</label><unit>{escape(unit)}</unit><type>{kind}</type></channel>"
            for label, unit, kind in zip(self.labels, self.units, types, strict=True)
        )
        width = len(self.values[0]) if len(self.values) else len(self.labels)
        return (
            f"<?xml version='1.0'?><info><name>{self.name}</name><type>{self.kind}</type>"
            f"<channel_count>{width}</channel_count><nominal_srate>{self.rate}</nominal_srate>"
            f"<channel_format>{self.format}</channel_format><source_id>board-7</source_id><hostname>{self.host}</hostname>"
            f"<desc>{self.desc}<channels>{channels}</channels></desc></info>"
        )

    def samples(self, first, last):
        """A samples chunk, every time stamp written out."""
        rows = b""
        for values, stamp in zip(self.values[first:last], self.stamps[first:last], strict=True):
            rows += b"\x08" + struct.pack("<d", stamp)
            if self.format == "string":
                texts = [value.encode() for value in values]
                rows += b"".join(b"\x01" + bytes([len(text)]) + text for text in texts)
            else:
                rows += np.asarray(values).astype(FORMATS[self.format]).tobytes()
        return b"\x04" + struct.pack("<I", last - first) + rows

    def chunks(self, size=100):
        number = struct.pack("<I", self.number)
        yield chunk(2, number + self.header().encode())
        for first in range(0, len(self.values), size):
            last = min(first + size, len(self.values))
            yield chunk(3, number + self.samples(first, last))
            if self.offset_s is not None:
                yield chunk(4, number + struct.pack("<dd", self.stamps[first], self.offset_s))
        for when, offset_s in self.offsets:
            yield chunk(4, number + struct.pack("<dd", when, offset_s))
        if self.footer:
            counted = len(self.values) if self.counted is None else self.counted
            yield chunk(6, number + f"<info><sample_count>{counted}</sample_count></info>".encode())


def ear(seconds=2, **facts):
    """A regular stream of two channels of random values."""
    values = np.random.default_rng(0).normal(0, 50, (seconds * RATE, 2)).astype(np.float32)
    return Stream(**({"values": values, "stamps": START + np.arange(len(values)) / RATE} | facts))


def markers(texts, stamps, **facts):
    plain = {"labels": (), "units": (), "format": "string", "rate": 0, "kind": "Markers", "name": "task", "number": 9}
    return Stream(**(plain | {"values": [[text] for text in texts], "stamps": stamps} | facts))


def write_xdf(path, *streams):
    """Streams as one file, one after another."""
    head = chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
    path.write_bytes(b"XDF:" + head + b"".join(part for stream in streams for part in stream.chunks()))
    return path
