"""The header of a BrainVision recording (`.vhdr`): the names of its files, and the format of its samples.

BrainVision Core Data Format 1.0, chapter 3. The reader guesses no missing field. Only the specification's defaults for
empty fields apply: a resolution of 1, and the unit uV.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from earloop.recordings.brainvision.text import HeaderLine, fields_of, only_value, read_sections
from earloop.recordings.reading.limits import check_channels
from earloop.recordings.recording import RecordingError

BINARY_FORMATS = {"INT_16": "i2", "UINT_16": "u2", "INT_32": "i4", "IEEE_FLOAT_32": "f4", "IEEE_FLOAT_64": "f8"}
DATA_SUFFIXES = (".eeg", ".dat", ".avg", ".seg")
MARKER_SUFFIXES = (".vmrk",)
NOT_READ = ("DataOffset", "ChannelOffset", "SegmentHeaderSize", "TrailerSize")  # bytes between the samples
WHOLE = re.compile(r"\d{1,18}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class BrainVisionChannel:
    """A channel of the header.

    unit : as the header writes it, uV if it is empty
    why_not : why the samples have no meaning; empty otherwise
    reference : the channel's reference as the header writes it; empty if it is common to all channels
    """

    name: str
    resolution: float
    unit: str
    why_not: str = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class BrainVisionHeader:
    """The fields of the header.

    data_path : an existing file
    marker_path : an existing file; None if the header names none
    dtype : dtype of a sample, such as `<i2`; empty for samples as text
    multiplexed : whether samples are ordered by time, not by channel
    decimal, skip_lines, skip_columns : format of samples as text
    points : samples of each channel; None if the header does not say it
    segment_points : samples in each segment; None if the recording has no segments
    averaged : whether the samples are averages
    """

    data_path: Path
    marker_path: Path | None
    channels: tuple[BrainVisionChannel, ...]
    rate_hz: float
    dtype: str
    multiplexed: bool
    decimal: str
    skip_lines: int
    skip_columns: int
    points: int | None
    segment_points: int | None
    averaged: bool


def read_brainvision_header(path: Path) -> BrainVisionHeader:
    """Read and check a header.

    Raises
    ------
    RecordingError
        The file is not a header; a field is missing, or has an unsupported value; one of its files is missing.
    """
    sections = read_sections(path)
    if "common infos" not in sections:
        raise RecordingError(f"{path}: not a BrainVision header: it has no section [Common Infos]")
    fields = _Fields(path, sections["common infos"])
    is_binary = fields.choice("DataFormat", ("BINARY", "ASCII")) == "BINARY"
    binary = _Fields(path, sections.get("binary infos", []))
    text = _Fields(path, sections.get("ascii infos", []))
    fields.choice("DataType", ("TIMEDOMAIN",), default="TIMEDOMAIN")
    count = fields.whole("NumberOfChannels")
    if not count:
        raise RecordingError(f"{path}: NumberOfChannels={count or ''}: no signal; wanted 1 or more")
    check_channels(path, count)
    for key in NOT_READ:
        if fields.whole(key, default=0) or binary.whole(key, default=0):
            raise RecordingError(
                f"{path}: {key} is not 0: such files are not supported; export it again (core format 1.0)"
            )
    dtype = ""
    if is_binary:
        order = binary.choice("UseBigEndianOrder", ("NO", "YES"), default="NO")
        dtype = (">" if order == "YES" else "<") + BINARY_FORMATS[binary.choice("BinaryFormat", tuple(BINARY_FORMATS))]
    segmented = fields.choice("SegmentationType", ("NOTSEGMENTED", "MARKERBASED", "FIXTIME"), default="NOTSEGMENTED")
    return BrainVisionHeader(
        data_path=find_file(path, "DataFile", fields.text("DataFile"), DATA_SUFFIXES),
        marker_path=_marker_path(path, only_value(path, fields.lines, "MarkerFile")),
        channels=_channels(path, sections.get("channel infos", []), count),
        rate_hz=_rate_hz(path, fields.text("SamplingInterval")),
        dtype=dtype,
        multiplexed=fields.choice("DataOrientation", ("MULTIPLEXED", "VECTORIZED")) == "MULTIPLEXED",
        decimal=text.choice("DecimalSymbol", (".", ","), default="."),
        skip_lines=text.whole("SkipLines", default=0),
        skip_columns=text.whole("SkipColumns", default=0),
        points=fields.whole("DataPoints", default=-1) if fields.has("DataPoints") else None,
        segment_points=fields.whole("SegmentDataPoints", default=0) or None if segmented != "NOTSEGMENTED" else None,
        averaged=fields.choice("Averaged", ("NO", "YES"), default="NO") == "YES",
    )


def files_of(path: Path) -> tuple[Path, ...]:
    """Return a header's path and the files that it names; raises RecordingError as `read_brainvision_header` does."""
    header = read_brainvision_header(path)
    return (path, header.data_path, *([header.marker_path] if header.marker_path else []))


def find_file(path: Path, key: str, value: str, suffixes: tuple[str, ...]) -> Path:
    """Return the file that a header names, in the header's folder; `$b` means the header's name without its suffix.

    These files come from Windows, so that a name may differ in case if the match is unique.

    Raises
    ------
    RecordingError
        The file is missing; the message names the line to edit, and the only candidate in the folder.
    """
    name = re.split(r"[/\\]", value.replace("$b", path.stem))[-1]  # all files of a recording are in one folder
    files = sorted(path.parent.iterdir())
    exact = [file for file in files if file.name == name]
    matches = exact or [file for file in files if file.name.lower() == name.lower()]
    if len(matches) == 1 and matches[0].is_file():
        return matches[0]
    candidates = [file.name for file in files if file.suffix.lower() in suffixes and file.is_file()]
    candidate = f", which has '{candidates[0]}'" if len(candidates) == 1 else ""
    way_out = "" if key == "DataFile" else ", or delete the line to read it without markers"
    raise RecordingError(f"{path}: no file '{name}' in its folder{candidate}: edit its line {key}={value}{way_out}")


def _marker_path(path: Path, value: str) -> Path | None:
    return find_file(path, "MarkerFile", value, MARKER_SUFFIXES) if value else None


def _rate_hz(path: Path, text: str) -> float:
    interval_us = float(text) if NUMBER.fullmatch(text) else 0.0
    if not (interval_us > 0 and math.isfinite(interval_us) and math.isfinite(rate_hz := 1e6 / interval_us)):
        raise RecordingError(f"{path}: SamplingInterval={text}: wanted microseconds, more than 0")
    return rate_hz


def _channels(path: Path, lines: list[HeaderLine], count: int) -> tuple[BrainVisionChannel, ...]:
    listed = {line.key.lower() for line in lines if re.fullmatch(r"ch\d+", line.key, re.IGNORECASE | re.ASCII)}
    wanted = [f"ch{i + 1}" for i in range(count)]
    if beyond := sorted(listed.difference(wanted)):
        raise RecordingError(
            f"{path}: [Channel Infos] lists {beyond[0].capitalize()}, but NumberOfChannels is {count}: edit one of them"
        )
    channels = []
    for key in wanted:
        value = only_value(path, lines, key)
        if not value:
            raise RecordingError(
                f"{path}: NumberOfChannels is {count}, but [Channel Infos] has no line {key.capitalize()}=: "
                "edit one of them"
            )
        name, reference, resolution, unit, *_ = [*fields_of(value), "", "", ""]
        why_not = ""
        if resolution and not (NUMBER.fullmatch(resolution) and math.isfinite(float(resolution)) and float(resolution)):
            why_not = f"has a resolution of '{resolution}'; wanted a number other than 0"
        step = float(resolution) if resolution and not why_not else 1.0
        channels.append(
            BrainVisionChannel(
                name=name or key.capitalize(),
                resolution=step,
                unit=unit or "uV",
                why_not=why_not,
                reference=reference.strip(),
            )
        )
    return tuple(channels)


class _Fields:
    """The lines of a section, with checks of their values."""

    def __init__(self, path: Path, lines: list[HeaderLine]) -> None:
        self._path, self.lines = path, lines

    def has(self, key: str) -> bool:
        return bool(only_value(self._path, self.lines, key))

    def text(self, key: str) -> str:
        value = only_value(self._path, self.lines, key)
        if not value:
            raise RecordingError(f"{self._path}: damaged, or not a BrainVision header: no line {key}=")
        return value

    def choice(self, key: str, valid: tuple[str, ...], default: str = "") -> str:
        value = only_value(self._path, self.lines, key) or default
        if not value:
            raise RecordingError(
                f"{self._path}: damaged, or not a BrainVision header: no line {key}= ({' or '.join(valid)})"
            )
        if value.upper() not in valid:
            raise RecordingError(f"{self._path}: {key}={value}: not supported; valid: {', '.join(valid)}")
        return value.upper()

    def whole(self, key: str, default: int | None = None) -> int:
        text = only_value(self._path, self.lines, key)
        if not text and default is not None:
            return default
        if not text:
            raise RecordingError(f"{self._path}: damaged, or not a BrainVision header: no line {key}=")
        if not WHOLE.fullmatch(text):
            raise RecordingError(f"{self._path}: {key}={text}: wanted a whole number, 0 or more")
        return int(text)
