"""Placement of events on the time axis of the samples that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.choose import ChosenSpan
from earloop.recordings.reading.opened_file import OpenedFile
from earloop.recordings.recording import Annotation

Stamps = NDArray[np.float64] | None
NAMED = 3  # a note names so many omitted events, and counts the others


def place_events(
    opened: OpenedFile, spans: Sequence[ChosenSpan], sfreq: float
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """Return the events of the spans, in seconds from their first sample at a rate; and notes on omitted events.

    An event is placed by the nearest samples: if each sample has a stamp, between the two stamps around the event, so
    that an inaccurate clock does not move events relative to the samples. An event is cut at the ends of its span.
    """
    placed, outside, elsewhere = [], [], 0
    stamps = {span.part: _growing(opened.parts[span.part].stamps_s) for span in spans}
    for event in opened.events:
        onset = _onset_s(stamps, spans, event, sfreq)
        if onset is not None:
            placed.append(replace(event, onset_s=onset[0], duration_s=onset[1]))
        elif any(part.start_s <= event.onset_s < part.end_s for part in opened.parts):
            elsewhere += 1
        else:
            outside.append(event)
    notes = []
    if elsewhere:
        notes.append(f"{elsewhere} of {len(opened.events)} events are outside the selected samples")
    if outside:
        named = ", ".join(f"{_named(event)} at {event.onset_s:.3f} s" for event in outside[:NAMED])
        more = f" and {len(outside) - NAMED} more" if len(outside) > NAMED else ""
        count = f"{len(outside)} of {len(opened.events)} events"
        notes.append(f"{count} are at times without samples, and are omitted: {named}{more}")
    return tuple(sorted(placed, key=lambda event: event.onset_s)), tuple(notes)


def _growing(stamps: Stamps) -> Stamps:
    """Return stamps that never decrease: each is the largest so far."""
    return None if stamps is None else np.asarray(np.maximum.accumulate(stamps), np.float64)


def _onset_s(
    stamps: dict[int, Stamps], spans: Sequence[ChosenSpan], event: Annotation, sfreq: float
) -> tuple[float, float] | None:
    """Return onset and duration in the recording; None if the event is in no span."""
    half_s, ends_s = 0.5 / sfreq, event.onset_s + event.duration_s
    for span in spans:
        begins_before = event.onset_s < span.start_s - half_s
        if event.onset_s < span.stop_s and (not begins_before or ends_s > span.start_s):
            begins_s = max(event.onset_s, span.start_s)
            offset_s = round((span.start_s - spans[0].start_s) * sfreq) / sfreq
            onset_s = offset_s + _since_start_s(stamps[span.part], span, begins_s, sfreq)
            is_cut = begins_before or ends_s > spans[-1].stop_s
            return onset_s, max(0.0, min(ends_s, spans[-1].stop_s) - begins_s) if is_cut else event.duration_s
    return None


def _since_start_s(stamps: Stamps, span: ChosenSpan, time_s: float, sfreq: float) -> float:
    """Return the duration from the first sample of a span to a time, measured along the samples, s."""
    if stamps is None:
        return time_s - span.start_s
    first = int(np.searchsorted(stamps, span.start_s - 0.5 / sfreq))
    after = int(np.searchsorted(stamps, time_s, side="right"))
    if after == 0:
        return 0.0
    if after == len(stamps):  # within the time of the last sample
        return max(0.0, (after - 1 - first) / sfreq + time_s - float(stamps[-1]))
    before_s, after_s = (float(stamp) for stamp in stamps[after - 1 : after + 1])
    return max(0.0, (after - 1 - first + (time_s - before_s) / (after_s - before_s)) / sfreq)


def _named(event: Annotation) -> str:
    return f"'{event.label}' of {event.source}" if event.source else f"'{event.label}'"
