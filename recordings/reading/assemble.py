"""Assembly of a recording from an opened file: one matrix at one rate, events at their times, and notes on changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.choose import ChosenSpan, check_size, choose_columns, choose_spans
from earloop.recordings.reading.opened_file import CODES, OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.reading.place_events import place_events
from earloop.recordings.reading.resample import resample
from earloop.recordings.recording import Recording, RecordingError, Unit

NOTES = "notes"  # key in `Recording.meta`: sentences about the reading of the file


def assemble(opened: OpenedFile, options: ReadOptions) -> Recording:
    """Read the channels and samples that the options select.

    Raises
    ------
    RecordingError
        Channels or samples cannot be chosen, see `choose`; a value is not finite; the samples exceed the memory limit;
        gaps cannot be filled, because time goes back or codes have no NaN.
    """
    columns = choose_columns(opened, options.channels)
    spans = choose_spans(opened, options)
    check_size(opened, columns, spans, options.max_gb)
    names = tuple(opened.channels[i].name for i in columns)
    rates_hz = [opened.channels[i].rate_hz for i in columns]
    unit: Unit = "codes" if opened.channels[columns[0]].unit == CODES else "uV"
    sfreq, notes = max(rates_hz), list(opened.notes)
    if len(set(rates_hz)) > 1:
        slower = ", ".join(f"{name} ({hz:g} Hz)" for name, hz in zip(names, rates_hz, strict=True) if hz != sfreq)
        notes.append(f"resampled to {sfreq:g} Hz, the rate of the fastest channel: {slower}")
    try:
        pieces = [_piece(opened, columns, span, unit, sfreq, names) for span in spans]
        data, gaps = (pieces[0], ()) if len(pieces) == 1 else _with_gaps(opened, spans, pieces, sfreq)
        annotations, event_notes = place_events(opened, spans, sfreq)
        notes += [*opened.reading_notes(), *event_notes]
        meta = {**opened.meta, **({NOTES: notes} if notes else {})}
        recording = Recording(data, unit, sfreq, names, annotations, meta, gaps)
        return recording.renamed(dict(options.renames)) if options.renames else recording
    except RecordingError as error:
        raise error if str(error).startswith(str(opened.path)) else RecordingError(f"{opened.path}: {error}") from None


def samples_of(opened: OpenedFile, span: ChosenSpan, sfreq: float) -> tuple[int, int]:
    """Return the indices, within its part, of the first sample of a span and of the first after it."""
    part = opened.parts[span.part]
    if part.stamps_s is not None:
        first, end = np.searchsorted(part.stamps_s, np.array([span.start_s, span.stop_s]) - 0.5 / sfreq)
    else:
        first = round((span.start_s - part.start_s) * sfreq)
        end = first + round((span.stop_s - span.start_s) * sfreq)
    return int(first), max(int(first) + 1, int(end))


def _piece(
    opened: OpenedFile, columns: Sequence[int], span: ChosenSpan, unit: Unit, sfreq: float, names: tuple[str, ...]
) -> NDArray[Any]:
    """Return the samples of one span, [samples, channels], at one rate."""
    at_file_rates = opened.read(columns, span.part)
    arrays = [
        values if opened.channels[i].rate_hz == sfreq else _resampled(values, opened.channels[i].rate_hz, sfreq, name)
        for i, values, name in zip(columns, at_file_rates, names, strict=True)
    ]
    samples = min(len(values) for values in arrays)
    part = opened.parts[span.part]
    if (span.start_s, span.stop_s) == (part.start_s, part.end_s):
        return np.stack([values[:samples] for values in arrays], axis=1)
    first, end = samples_of(opened, span, sfreq)
    return np.stack([values[min(first, samples) : min(end, samples)] for values in arrays], axis=1)


def _resampled(values: NDArray[Any], from_hz: float, to_hz: float, name: str) -> NDArray[np.float64]:
    return np.asarray(resample(Recording(values[:, np.newaxis], "uV", from_hz, (name,)), to_hz).data[:, 0])


def _with_gaps(
    opened: OpenedFile, spans: Sequence[ChosenSpan], pieces: Sequence[NDArray[Any]], sfreq: float
) -> tuple[NDArray[np.float64], tuple[tuple[int, int], ...]]:
    """Return all pieces in one matrix, each at its time, with NaN between them; and the ranges that are NaN."""
    if pieces[0].dtype.kind != "f":
        raise RecordingError("gaps in codes cannot be filled, because codes have no NaN; read one part (--part N)")
    if any(opened.parts[span.part].unknown_gap for span in spans[1:]):
        raise RecordingError(
            "the file does not say how long its gaps are, so they cannot be filled; read one part (--part N)"
        )
    starts = [round((span.start_s - spans[0].start_s) * sfreq) for span in spans]
    ends = [start + len(piece) for start, piece in zip(starts, pieces, strict=True)]
    if any(start < end for start, end in zip(starts[1:], ends[:-1], strict=True)):
        raise RecordingError("time goes back, so that the file's parts overlap; read one of them (--part N)")
    data = np.full((ends[-1], pieces[0].shape[1]), np.nan)
    for start, end, piece in zip(starts, ends, pieces, strict=True):
        data[start:end] = piece
    gaps = tuple((end, start) for end, start in zip(ends[:-1], starts[1:], strict=True) if start > end)
    return data, gaps
