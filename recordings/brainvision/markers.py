"""The markers of a BrainVision recording (`.vmrk`): events, and the samples at which its recorder restarted.

A marker is `Mk<n>=<type>,<description>,<position>,<size>,<channel>[,<date>]`; positions count samples from 1, dates are
`YYYYMMDDhhmmssuuuuuu`. `New Segment` marks the first sample after a break (BrainVision Core Data Format 1.0, chapter
4). If two such markers have dates, these give the duration of the break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from earloop.recordings.brainvision.text import fields_of, read_sections
from earloop.recordings.reading.opened_file import Part
from earloop.recordings.recording import Annotation, RecordingError

NEW_SEGMENT = "new segment"
LEAST_STEP = 0.5  # sample periods: segments with a smaller gap by their dates are merged
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
DATE = re.compile(r"\d{20}", re.ASCII)
SECOND_S = 1.0  # some programs round dates to seconds


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A marker.

    name : such as `Mk3`
    position : its sample, from 0
    size : its duration in samples
    date : date of a new segment
    """

    name: str
    type: str
    description: str
    position: int
    size: int
    date: datetime | None = None

    @property
    def is_new_segment(self) -> bool:
        """Whether the marker is a `New Segment`."""
        return self.type.lower() == NEW_SEGMENT


@dataclass(frozen=True)
class MarkedSegment:
    """Samples without a gap, from `first` to before `stop`; `part` has their times."""

    first: int
    stop: int
    part: Part


def read_markers(path: Path) -> tuple[list[Marker], int]:
    """Return all markers in the file's order, and the number of damaged lines.

    Raises
    ------
    RecordingError
        The file is not a marker file; a new segment has no position.
    """
    sections = read_sections(path)
    if "marker infos" not in sections and "common infos" not in sections:
        raise RecordingError(f"{path}: not a BrainVision marker file: it has no section [Marker Infos]")
    markers, damaged = [], 0
    for line in sections.get("marker infos", []):
        if not re.fullmatch(r"mk\d+", line.key, re.IGNORECASE | re.ASCII):
            continue
        kind, description, position, size, _, date, *_ = [*fields_of(line.value), *[""] * 6]
        if WHOLE.fullmatch(position):
            points = int(size) if WHOLE.fullmatch(size) else 0
            markers.append(
                Marker(
                    name=line.key,
                    type=kind,
                    description=description,
                    position=int(position) - 1,
                    size=max(0, points),
                    date=_date(date),
                )
            )
        elif kind.lower() == NEW_SEGMENT:
            raise RecordingError(
                f"{path}: line {line.number}: a new segment at position '{position}'; wanted the number of a sample"
            )
        else:
            damaged += 1
    return markers, damaged


def segments_of(
    markers: Sequence[Marker], samples: int, rate_hz: float, segment_points: int | None = None
) -> tuple[MarkedSegment, ...]:
    """Return the segments between `New Segment` markers and, if given, at every `segment_points` samples."""
    begins = {0: _segment_start(0)}
    if segment_points:
        begins |= {at: _segment_start(at) for at in range(segment_points, samples, segment_points)}
    begins |= {
        marker.position: marker for marker in markers if marker.is_new_segment and 0 <= marker.position < samples
    }
    starts = sorted(begins)
    segments: list[MarkedSegment] = []
    dated = begins[0]  # the first marker of the merged segments, whose date counts
    for first, stop in zip(starts, [*starts[1:], samples], strict=True):
        marker, duration_s = begins[first], (stop - first) / rate_hz
        if not segments:
            segments.append(MarkedSegment(first, stop, Part(0.0, duration_s, place=_place(marker))))
            continue
        gap_s = _gap_s(dated, marker, rate_hz)
        last = segments[-1]
        if gap_s is not None and abs(gap_s) <= LEAST_STEP / rate_hz * (1 + 1e-6):
            whole_s = (stop - last.first) / rate_hz
            segments[-1] = MarkedSegment(last.first, stop, replace(last.part, duration_s=whole_s))
            continue
        dated = marker
        start_s = last.part.end_s + (gap_s or 0.0)
        part = Part(start_s, duration_s, place=_place(marker), unknown_gap=gap_s is None)
        segments.append(MarkedSegment(first, stop, part))
    return tuple(segments)


def _segment_start(position: int) -> Marker:
    """Return a marker of a new segment without name and date."""
    return Marker(name="", type=NEW_SEGMENT, description="", position=position, size=0)


def events_of(markers: Sequence[Marker], segments: Sequence[MarkedSegment], rate_hz: float) -> tuple[Annotation, ...]:
    """Return the markers other than new segments, on the file's clock, with labels as in MNE: `Stimulus/S  1`."""
    events, firsts = [], [segment.first for segment in segments]
    for marker in markers:
        if not marker.is_new_segment:
            segment = segments[max(0, bisect_right(firsts, marker.position) - 1)]
            onset_s = segment.part.start_s + (marker.position - segment.first) / rate_hz
            events.append(Annotation(onset_s, marker.size / rate_hz, f"{marker.type}/{marker.description}"))
    return tuple(sorted(events, key=lambda event: event.onset_s))


def _gap_s(before: Marker, after: Marker, rate_hz: float) -> float | None:
    """Return the seconds between the end of one segment and the beginning of the next; None if they are unknown."""
    if before.date is None or after.date is None:
        return None
    gap_s = (after.date - before.date).total_seconds() - (after.position - before.position) / rate_hz
    rounded = not (before.date.microsecond or after.date.microsecond)
    if rounded and -SECOND_S < gap_s < -LEAST_STEP / rate_hz:
        return None  # dates in whole seconds do not prove that time went back
    return gap_s


def _place(marker: Marker) -> str:
    named = f" ({marker.name})" if marker.name else ""
    return f"sample {marker.position + 1}{named}, where a new segment begins"


def _date(text: str) -> datetime | None:
    """Return a date; None if the text is empty, all zeros or invalid."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%f") if DATE.fullmatch(text) else None
    except ValueError:
        return None
