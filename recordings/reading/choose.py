"""Choice of the channels and samples of an opened file that become the recording.

Every error says what the file has, and which option selects it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from earloop.recordings.reading.limits import check_memory
from earloop.recordings.reading.opened_file import CODES, FileChannel, OpenedFile, Part
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import RecordingError

LISTED = 12  # a message lists so many names or parts, and counts the others


@dataclass(frozen=True)
class ChosenSpan:
    """A span of time within a part.

    part : position of the part in the file's parts
    start_s, stop_s : times on the file's clock
    """

    part: int
    start_s: float
    stop_s: float


def choose_columns(opened: OpenedFile, names: tuple[str, ...] | None) -> list[int]:
    """Return the positions of the named channels, in the order of the names; without names, of all electrodes.

    Raises
    ------
    RecordingError
        No stream is open; no channel has a name, or two have it; a channel is not a potential; some channels are
        potentials and others codes.
    """
    if opened.undecided:
        raise RecordingError(f"{opened.path}: {opened.undecided}")
    if names is None:
        columns = [i for i, channel in enumerate(opened.channels) if channel.is_electrode]
        if not columns:
            raise RecordingError(f"{opened.path}: holds no signal: {_listed([_described(c) for c in opened.channels])}")
    else:
        columns = [_position(opened, name) for name in names]
    chosen = [opened.channels[i] for i in columns]
    for channel in chosen:
        if [other.name for other in chosen].count(channel.name) > 1:
            raise RecordingError(
                f"{opened.path}: {channel.name} is the name of more than one channel; choose others (--channels)"
            )
        if channel.scale is None:
            readable = [c.name for c in opened.channels if c.is_electrode and c.scale is not None]
            way_out = f"leave it out: --channels {','.join(readable)}" if readable else "no channel can be read"
            raise RecordingError(f"{opened.path}: channel {channel.name} {channel.why_not}: {way_out}")
    if len({channel.unit == CODES for channel in chosen}) > 1:
        raise RecordingError(
            f"{opened.path}: some channels are in codes and others in volts; choose either (--channels)"
        )
    return columns


def choose_spans(opened: OpenedFile, options: ReadOptions) -> list[ChosenSpan]:
    """Return the spans of the samples to read, one for each part that they touch; one span or more.

    Raises
    ------
    RecordingError
        There is no such part or time; the selected samples have a gap, and the options refuse gaps.
    """
    parts, path = opened.parts, opened.path
    if options.part is not None and not 1 <= options.part <= len(parts):
        raise RecordingError(f"{path}: no part {options.part}; it has {len(parts)} (earloop recording info {path})")
    within = range(len(parts)) if options.part is None else [options.part - 1]
    first_s, last_s = min(parts[i].start_s for i in within), max(parts[i].end_s for i in within)
    start_s = first_s if options.start_s is None else options.start_s
    stop_s = last_s if options.seconds is None else start_s + options.seconds
    slack_s = 0.5 / max(channel.rate_hz for channel in opened.channels)
    if start_s < first_s - slack_s or stop_s > last_s + slack_s or not stop_s > start_s:
        raise RecordingError(
            f"{path}: no samples from {start_s:g} s to {stop_s:g} s; there are some from {first_s:g} s to {last_s:g} s"
        )
    spans = [
        ChosenSpan(i, max(start_s, parts[i].start_s), min(stop_s, parts[i].end_s))
        for i in within
        if min(stop_s, parts[i].end_s) - max(start_s, parts[i].start_s) > slack_s
    ]
    if not spans:
        raise RecordingError(f"{path}: nothing was recorded from {start_s:g} s to {stop_s:g} s")
    if len(spans) > 1 and options.gaps == "refuse":
        raise RecordingError(f"{path}: {describe_break(parts, spans[0].part + 1)}; {_ways_out(parts)}")
    return spans


def check_size(opened: OpenedFile, columns: Sequence[int], spans: Sequence[ChosenSpan], max_gb: float) -> None:
    """Raise RecordingError if the samples need more than `max_gb` of memory."""
    rate_hz = max(opened.channels[i].rate_hz for i in columns)
    # A part is read completely, and gaps between parts are filled.
    seconds = spans[-1].stop_s - spans[0].start_s if len(spans) > 1 else opened.parts[spans[0].part].duration_s
    check_memory(opened.path, round(abs(seconds) * rate_hz), len(columns), opened.value_bytes, max_gb)


def describe_break(parts: Sequence[Part], after: int) -> str:
    """Describe the break before the part at position `after`."""
    previous, part = parts[after - 1], parts[after]
    missing_s = part.start_s - previous.end_s
    where = f"{previous.end_s - parts[0].start_s:.3f} s after its beginning"
    place = f", before {part.place}" if part.place else ""
    if part.unknown_gap:
        return f"has a gap of unknown duration, {where}{place}; a recording must have no gaps"
    if missing_s < 0:
        return f"time goes back by {-missing_s:.3f} s, {where}{place}: samples are repeated, or a clock was set"
    return f"has a gap of {missing_s:.3f} s, {where}{place}; a recording must have no gaps"


def _ways_out(parts: Sequence[Part]) -> str:
    listed = [f"--part {i} ({part.start_s:.3f} to {part.end_s:.3f} s)" for i, part in enumerate(parts, start=1)]
    can_fill = all(part.start_s >= previous.end_s and not part.unknown_gap for previous, part in pairwise(parts))
    fill = ", or fill the gaps with NaN: --gaps nan" if can_fill else ""
    return (
        f"read one of its parts: {_listed(listed)}; or a span: --start S --seconds S; "
        f"or each part by itself: --gaps split{fill}"
    )


def _position(opened: OpenedFile, name: str) -> int:
    found = [i for i, channel in enumerate(opened.channels) if channel.name == name]
    if not found:
        known = _listed([channel.name for channel in opened.channels])
        raise RecordingError(f"{opened.path}: no channel {name}; available: {known}")
    if len(found) > 1:
        raise RecordingError(f"{opened.path}: {name} is the name of {len(found)} channels; choose others (--channels)")
    return found[0]


def _described(channel: FileChannel) -> str:
    return f"{channel.name} {channel.why_not}".strip()


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return ", ".join(items[:LISTED]) + more or "nothing"
