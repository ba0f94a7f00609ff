"""Description of a recording file, with the errors that reading it would raise, for `earloop recording info`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from earloop.recordings.read import open_recording
from earloop.recordings.reading.choose import choose_columns, choose_spans, describe_break
from earloop.recordings.reading.opened_file import OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.reading.place_events import place_events
from earloop.recordings.recording import RecordingError, renamed_channels


@dataclass(frozen=True)
class ChannelInfo:
    """A channel of a file.

    unit : as the file writes it
    read : whether the channel is read if the user names no channels
    why_not : why it is not an electrode or cannot be read; empty otherwise
    """

    name: str
    unit: str
    rate_hz: float
    read: bool
    why_not: str


@dataclass(frozen=True)
class PartInfo:
    """A run of samples without a gap, with its number for `--part`, from 1; times in seconds since the first sample.

    break_before : description of the break between the previous part and this one; empty for the first
    """

    number: int
    start_s: float
    duration_s: float
    break_before: str


@dataclass(frozen=True)
class FileInfo:
    """A JSON-able description; `events` are counts by label, `refused` the errors of reading with the same options."""

    path: str
    format: str
    streams: tuple[str, ...]
    stream: str | None
    channels: tuple[ChannelInfo, ...]
    duration_s: float
    parts: tuple[PartInfo, ...]
    events: dict[str, int]
    notes: tuple[str, ...]
    refused: tuple[str, ...]


def describe_file(path: Path | str, options: ReadOptions | None = None) -> FileInfo:
    """Open a file and describe it; raises RecordingError if it cannot be opened."""
    options = options or ReadOptions()
    opened = open_recording(path, options)
    refused = [error for error in (_columns_error(opened, options), _gaps_error(opened, options)) if error]
    rate_hz = max((channel.rate_hz for channel in opened.channels), default=1.0)
    notes = opened.notes
    if not refused:
        notes += place_events(opened, choose_spans(opened, options), rate_hz)[1]
    return FileInfo(
        path=str(opened.path),
        format=opened.format,
        streams=opened.streams,
        stream=opened.stream,
        channels=tuple(
            ChannelInfo(c.name, c.unit, c.rate_hz, c.is_electrode and c.scale is not None, c.why_not)
            for c in opened.channels
        ),
        duration_s=sum(part.duration_s for part in opened.parts),
        parts=tuple(
            PartInfo(i + 1, part.start_s, part.duration_s, describe_break(opened.parts, i) if i else "")
            for i, part in enumerate(opened.parts)
        ),
        events=dict(Counter(event.label for event in opened.events)),
        notes=notes,
        refused=tuple(refused),
    )


def _columns_error(opened: OpenedFile, options: ReadOptions) -> str | None:
    try:
        chosen = choose_columns(opened, options.channels)
        renamed_channels(tuple(opened.channels[i].name for i in chosen), dict(options.renames or ()))
    except RecordingError as error:
        return _without_path(error, opened)
    return None


def _gaps_error(opened: OpenedFile, options: ReadOptions) -> str | None:
    if opened.undecided:
        return None
    try:
        choose_spans(opened, options)
    except RecordingError as error:
        return _without_path(error, opened)
    return None


def _without_path(error: RecordingError, opened: OpenedFile) -> str:
    return str(error).removeprefix(f"{opened.path}: ")
