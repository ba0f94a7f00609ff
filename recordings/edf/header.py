"""The header of an EDF or BDF file: 256 bytes, then 256 for each signal, in text fields of fixed widths.

EDF: Kemp et al. 1992, https://www.edfplus.info/specs/edf.html. EDF+: Kemp and Olivan 2003,
https://www.edfplus.info/specs/edfplus.html. BDF, with its 24-bit samples: https://www.biosemi.com/faq/file_format.htm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path

from earloop.recordings.reading.limits import check_channels
from earloop.recordings.recording import RecordingError

FIXED_BYTES = 256  # and the same number for each signal
VERSIONS = {b"0": ("EDF", 2), b"\xffBIOSEMI": ("BDF", 3)}  # name, and bytes of a sample
WIDTHS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical_min": 8,
    "physical_max": 8,
    "digital_min": 8,
    "digital_max": 8,
    "filters": 80,
    "samples": 8,
    "reserved": 32,
}
ANNOTATIONS = {"edf annotations", "bdf annotations"}
SHORTEST_S, LONGEST_S = 1e-6, 1e8  # limits of a record; files with annotations only have records of 0 s
INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)  # some writers use a decimal comma


@dataclass(frozen=True, kw_only=True)
class Signal:
    """The header's description of one signal.

    samples : samples in a record
    offset : position of its bytes in a record
    gain, zero : physical value = gain * code + zero, in `unit`; NaN if `why_not` says that the calibration is invalid
    lowest, highest : smallest and largest code by the header
    why_not : why codes cannot be converted; empty otherwise
    """

    label: str
    unit: str
    samples: int
    offset: int
    gain: float = float("nan")
    zero: float = float("nan")
    lowest: float = float("-inf")
    highest: float = float("inf")
    why_not: str = ""

    @property
    def holds_annotations(self) -> bool:
        """Whether the signal has annotations instead of samples."""
        return self.label.casefold() in ANNOTATIONS


@dataclass(frozen=True, kw_only=True)
class EdfHeader:
    """The fields of the header, checked against the size of the file.

    kind : `EDF`, `EDF+C`, `EDF+D`, `BDF`, `BDF+C` or `BDF+D`
    records : number of records, 1 or more
    record_s : duration of a record, s
    spare_bytes : number of bytes after the last record
    """

    kind: str
    sample_bytes: int
    header_bytes: int
    records: int
    record_s: Fraction
    signals: tuple[Signal, ...]
    spare_bytes: int

    @property
    def record_bytes(self) -> int:
        """Bytes of a record."""
        return sum(signal.samples for signal in self.signals) * self.sample_bytes

    def rate(self, signal: Signal) -> Fraction:
        """Return the exact sampling rate of a signal, Hz."""
        return signal.samples / self.record_s


def read_header(path: Path) -> EdfHeader:
    """Read and check a header.

    Raises
    ------
    RecordingError
        The file is empty, truncated, of another kind or damaged, or its recording was never closed.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(FIXED_BYTES)
        if len(head) < FIXED_BYTES:
            raise RecordingError(f"{path}: empty, truncated or damaged: {size} bytes; wanted a header of 256 and more")
        name, sample_bytes = _version(path, head[:8])
        header_bytes = _integer(path, head[184:192], "size of the header")
        records = _integer(path, head[236:244], "number of records")
        record_s = _record_s(path, head[244:252])
        count = _integer(path, head[252:256], "number of signals")
        check_channels(path, count)
        if count < 0 or header_bytes != FIXED_BYTES * (count + 1):
            raise RecordingError(
                f"{path}: damaged: its header says {header_bytes} bytes and {count} signals; "
                f"wanted {FIXED_BYTES} bytes and {FIXED_BYTES} more for each signal"
            )
        fields = file.read(FIXED_BYTES * count)
    if len(fields) < FIXED_BYTES * count:
        raise RecordingError(f"{path}: truncated: {size} bytes, but its header alone has {header_bytes}")
    if records < 1:
        raise RecordingError(f"{path}: its header says {records} records; the recording was never closed, or is empty")
    signals = _signals(path, fields, count, sample_bytes)
    header = EdfHeader(
        kind=name + _plus(head[192:236]),
        sample_bytes=sample_bytes,
        header_bytes=header_bytes,
        records=records,
        record_s=record_s,
        signals=signals,
        spare_bytes=size - header_bytes - records * sum(signal.samples for signal in signals) * sample_bytes,
    )
    if header.spare_bytes < 0:
        raise RecordingError(f"{path}: truncated: {size} bytes, but its header says {size - header.spare_bytes}")
    return header


def _version(path: Path, field: bytes) -> tuple[str, int]:
    version = VERSIONS.get(field.rstrip(b" \0"))
    if version is None:
        raise RecordingError(
            f"{path}: damaged, or neither EDF nor BDF: it begins with '{_text(field)}'; wanted '0', or byte 255 and "
            "'BIOSEMI'"
        )
    return version


def _plus(reserved: bytes) -> str:
    """Return `+C` or `+D` from the reserved field, or nothing."""
    match = re.match(r"[EB]DF(\+[CD])", _text(reserved).upper())
    return match[1] if match else ""


def _record_s(path: Path, field: bytes) -> Fraction:
    text = _text(field).replace(",", ".")
    seconds = float(text) if NUMBER.fullmatch(text) else -1.0
    if seconds and not SHORTEST_S <= seconds <= LONGEST_S:
        raise RecordingError(f"{path}: damaged: records last '{text}' s; wanted a number of seconds")
    return Fraction(text) if seconds else Fraction(0)


def _signals(path: Path, fields: bytes, count: int, sample_bytes: int) -> tuple[Signal, ...]:
    columns: dict[str, list[bytes]] = {}
    at = 0
    for name, width in WIDTHS.items():
        columns[name] = [fields[at + i * width : at + (i + 1) * width] for i in range(count)]
        at += count * width
    signals, offset = [], 0
    for i in range(count):
        fields_of_signal = {name: _text(values[i]) for name, values in columns.items()}
        samples = _integer(path, columns["samples"][i], f"samples a record of signal {i + 1}")
        if samples < 1:
            label = fields_of_signal["label"]
            raise RecordingError(f"{path}: damaged: signal {i + 1} ({label}) has {samples} samples a record")
        signals.append(_signal(fields_of_signal, samples, offset))
        offset += samples * sample_bytes
    return tuple(signals)


def _signal(texts: dict[str, str], samples: int, offset: int) -> Signal:
    limits: dict[str, float] = {}
    why_not = ""
    for name in ("physical_min", "physical_max", "digital_min", "digital_max"):
        if NUMBER.fullmatch(texts[name]):
            limits[name] = float(texts[name].replace(",", "."))
        else:
            why_not = (
                f"has a {_words(name)} of '{texts[name]}', which is not a number, so that its codes have no meaning"
            )
    for kind in ("physical", "digital"):
        if not why_not and limits[f"{kind}_min"] == limits[f"{kind}_max"]:
            why_not = (
                f"has the same {kind} minimum and maximum ({texts[f'{kind}_min']}), so that its codes have no meaning"
            )
    if why_not:
        return Signal(label=texts["label"], unit=texts["unit"], samples=samples, offset=offset, why_not=why_not)
    low, high = limits["digital_min"], limits["digital_max"]
    gain = (limits["physical_max"] - limits["physical_min"]) / (high - low)
    zero = limits["physical_min"] - gain * low
    if not (isfinite(gain) and isfinite(zero)):
        why_not = f"has a range from {texts['physical_min']} to {texts['physical_max']}, which is too large"
        return Signal(label=texts["label"], unit=texts["unit"], samples=samples, offset=offset, why_not=why_not)
    return Signal(
        label=texts["label"],
        unit=texts["unit"],
        samples=samples,
        offset=offset,
        gain=gain,
        zero=zero,
        lowest=min(low, high),
        highest=max(low, high),
    )


def _words(name: str) -> str:
    kind, end = name.split("_")
    return f"{kind} {end}imum"


def _integer(path: Path, field: bytes, what: str) -> int:
    text = _text(field)
    if not INTEGER.fullmatch(text):
        raise RecordingError(
            f"{path}: empty, truncated or damaged: its header has '{text}' as the {what}; wanted a whole number"
        )
    return int(text)


def _text(field: bytes) -> str:
    """Return a field without padding: ASCII by the specification, but some writers use UTF-8 or Latin-1."""
    text = field.split(b"\0")[0]
    try:
        return text.decode("utf-8").strip()
    except UnicodeDecodeError:
        return text.decode("latin-1").strip()
