"""Events of streams: samples of a stream of markers, and changes of a trigger channel within a signal.

Markers are texts, or numbers at an irregular rate. mne-lsl sends annotations as numbers, with one channel for each
description. Each value is the duration of the event, -1 for an event without duration, and 0 for no event
(https://mne.tools/mne-lsl/stable/generated/api/mne_lsl.player.PlayerLSL.html).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.trigger_values import TRIGGER_NAME, idle_note, idle_values
from earloop.recordings.recording import Annotation
from earloop.recordings.xdf.stream_header import OTHERS, SIGNAL_KINDS, TEXT, StreamHeader

# Types of streams with measurements, also at an irregular rate (https://github.com/sccn/xdf/wiki/Meta-Data)
MEASURED = SIGNAL_KINDS | OTHERS | {"gaze", "mocap", "audio", "video", "videoraw", "videocompressed", "nirs", "fnirs"}
ONE_HOT = "annotations"
BUSY = 0.25  # largest share of samples at which a trigger channel changes
FEW = 100  # a channel with so few samples may change at any of them


def is_event_stream(header: StreamHeader) -> bool:
    """Return whether the samples of a stream are events: texts, or irregular numbers that are not measurements."""
    if header.format == TEXT:
        return True
    return not header.rate_hz and header.kind.lower() not in MEASURED


def is_trigger_stream(header: StreamHeader) -> bool:
    """Return whether a stream of numbers at a regular rate has triggers, whose changes are events, by its type."""
    return header.is_signal and TRIGGER_NAME.fullmatch(header.kind) is not None


def stream_events(header: StreamHeader, values: Sequence[Any], stamps: NDArray[np.float64]) -> list[Annotation]:
    """Return one annotation for each sample, at its stamp, labelled by its texts or numbers; blank samples are skipped.

    Parameters
    ----------
    values : [samples][channels], texts or numbers
    stamps : float64 [samples], in seconds, on any clock
    """
    if header.format != TEXT and header.kind.lower() == ONE_HOT and header.labels:
        return list(_one_hot(header.name, header.labels, values, stamps))
    events = []
    for row, stamp in zip(values, stamps, strict=True):
        texts = [value.strip() if isinstance(value, str) else number_text(value) for value in row]
        if label := " ".join(text for text in texts if text):
            events.append(Annotation(float(stamp), 0.0, label, source=header.name))
    return events


def trigger_events(name: str, values: NDArray[Any], times_s: NDArray[np.float64]) -> tuple[list[Annotation], str]:
    """Return an annotation at each sample at which a trigger value begins, including the first, and a note.

    The note is empty, or says what is omitted.

    Parameters
    ----------
    values : numbers, [samples]
    times_s : float64 [samples]
    """
    known = np.where(np.isfinite(values), values, 0).astype(np.float64)
    begins = np.flatnonzero(np.concatenate([[True], known[1:] != known[:-1]]))
    idle = idle_values(known[begins], np.diff(begins, append=len(known)))
    events = begins[~np.isin(known[begins], [*idle, 0.0])]
    changes = np.count_nonzero(events)
    if len(values) > FEW and changes > BUSY * len(values):
        return [], f"channel {name} changes at {changes:,} of {len(values):,} samples: not triggers, and omitted"
    annotations = [Annotation(float(times_s[i]), 0.0, number_text(values[i]), source=name) for i in events]
    return annotations, idle_note(name, idle)


def number_text(value: Any) -> str:
    """Format a number as `1`, not `1.0`; empty if it is not finite."""
    if not math.isfinite(value):
        return ""
    return str(int(value)) if float(value).is_integer() else str(np.format_float_positional(value, trim="-"))


def _one_hot(
    source: str, labels: Sequence[str], values: Sequence[Any], stamps: NDArray[np.float64]
) -> Iterator[Annotation]:
    for row, stamp in zip(values, stamps, strict=True):
        for label, value in zip(labels, row, strict=True):
            if label and math.isfinite(value) and value != 0:
                yield Annotation(float(stamp), max(0.0, float(value)), label, source=source)
