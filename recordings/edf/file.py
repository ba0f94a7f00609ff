"""EDF, EDF+, BDF and BDF+ files: each channel at its own rate, in uV by the file's units and calibration.

`edf.header` reads the header, `edf.records` the records, `edf.annotations` the annotations, `edf.triggers` the trigger
channels; `edf.runs` finds the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.edf.annotations import Annotations
from earloop.recordings.edf.header import EdfHeader, Signal, read_header
from earloop.recordings.edf.records import codes_of, read_blocks
from earloop.recordings.edf.runs import RecordClock, stamps_of
from earloop.recordings.edf.triggers import Changes, Triggers, is_trigger, triggers_of
from earloop.recordings.reading.channels import check_rate
from earloop.recordings.reading.opened_file import FileChannel, OpenedFile, Part
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.reading.trigger_values import idle_note
from earloop.recordings.reading.units import uv_per_unit, why_no_potential
from earloop.recordings.recording import Annotation, RecordingError

IS_TRIGGER = "has triggers, whose changes are events"


def open_edf(path: Path, options: ReadOptions) -> OpenedFile:
    """Read the header, the annotations and the trigger channels.

    Raises
    ------
    RecordingError
        The file is empty, truncated, damaged or of another kind, or its recording was never closed; it has annotations
        but no signal; a discontinuous file does not say when its records begin; the rate in the options is not the
        file's.
    """
    header = read_header(path)
    signals = [signal for signal in header.signals if not signal.holds_annotations]
    lists = [signal for signal in header.signals if signal.holds_annotations]
    if not signals:
        contents = "annotations only" if lists else "nothing"
        raise RecordingError(f"{path}: has {contents}, no signal; wanted a recording")
    if not header.record_s:
        raise RecordingError(f"{path}: damaged: records of 0 s with {signals[0].samples} samples of a signal")
    channels = tuple(_channel(header, signal, i) for i, signal in enumerate(signals))
    wanted = [c.rate_hz for c in channels if (c.name in options.channels if options.channels else c.is_electrode)]
    if wanted:
        check_rate(path, options.rate_hz, max(wanted))
    triggers = [signal for signal in signals if is_trigger(signal)]
    annotations, changes = _read_events(path, header, lists, triggers)
    clock = RecordClock(header, stamps_of(path, header, annotations.starts_s))
    decoded = [(signal, triggers_of(header, signal, each)) for signal, each in zip(triggers, changes, strict=True)]
    for signal, each in decoded:
        clock.split(each.epochs, header.rate(signal), f"{signal.label} begins a new epoch (bit 16)")
    events = [clock.place(text) for text in annotations.texts]
    for signal, each in decoded:
        times_s = clock.times_s(each.samples, header.rate(signal)).tolist()
        events += [
            Annotation(at, 0.0, label, source=signal.label) for at, label in zip(times_s, each.labels, strict=True)
        ]
    reader = _Reader(path, header, signals, channels, clock)
    return OpenedFile(
        path=path,
        format=header.kind,
        channels=channels,
        parts=reader.parts,
        events=tuple(sorted(events, key=lambda event: event.onset_s)),
        read=reader.read,
        notes=_notes(header, clock, annotations, decoded),
        reading_notes=reader.notes,
    )


def _channel(header: EdfHeader, signal: Signal, position: int) -> FileChannel:
    scale, why_not = uv_per_unit(signal.unit), ""
    if is_trigger(signal):
        why_not = IS_TRIGGER
    elif signal.why_not:
        why_not = signal.why_not
    elif scale is None:
        why_not = why_no_potential(signal.unit)
    return FileChannel(
        name=signal.label or f"signal {position + 1}",
        unit=signal.unit,
        rate_hz=float(header.rate(signal)),
        scale=None if why_not else scale,
        is_electrode=not is_trigger(signal),
        why_not=why_not,
    )


def _read_events(
    path: Path, header: EdfHeader, lists: list[Signal], triggers: list[Signal]
) -> tuple[Annotations, list[Changes]]:
    """Read all annotations and the changes of all trigger channels, in one pass over the file if there are any."""
    annotations, changes = Annotations(), [Changes() for _ in triggers]
    for record, raw in read_blocks(path, header, [*lists, *triggers], 0, header.records if lists or triggers else 0):
        if lists:
            annotations.add(record, raw[: len(lists)])
        for each, signal_bytes in zip(changes, raw[len(lists) :], strict=True):
            each.add(codes_of(signal_bytes, header.sample_bytes))
    return annotations, changes


def _notes(
    header: EdfHeader, clock: RecordClock, annotations: Annotations, triggers: list[tuple[Signal, Triggers]]
) -> tuple[str, ...]:
    notes = []
    if (spare := header.spare_bytes // header.record_bytes) > 0:
        notes.append(f"the file has {spare} records more than the {header.records} of its header; they are not read")
    if annotations.damaged:
        notes.append(f"{annotations.damaged} of its annotation lists are damaged, and are omitted")
    if drift := clock.drift():
        notes.append(drift)
    for signal, each in triggers:
        if each.idle:
            notes.append(idle_note(signal.label, each.idle))
        if len(each.out_of_range):
            first_s = float(clock.times_s(each.out_of_range[:1], header.rate(signal))[0])
            notes.append(
                f"the CMS electrode went out of range {len(each.out_of_range)} times, first at {first_s:.3f} s "
                f"({signal.label}, bit 20): potentials are invalid there"
            )
    return tuple(notes)


class _Reader:
    """Reads the samples of parts, and counts codes that the header does not allow."""

    def __init__(
        self, path: Path, header: EdfHeader, signals: list[Signal], channels: Sequence[FileChannel], clock: RecordClock
    ) -> None:
        self._path, self._header, self._signals, self._channels = path, header, signals, channels
        self._runs = clock.runs
        self.parts: tuple[Part, ...] = clock.parts()
        self._outside: dict[int, int] = {}

    def read(self, columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        """Return channels of a part in uV, one float64 array [samples] each."""
        header = self._header
        signals = [self._signals[i] for i in columns]
        firsts, arrays = [], []
        for i, signal in zip(columns, signals, strict=True):
            samples = round(self.parts[part].duration_s * self._channels[i].rate_hz)
            first = round(self._runs[part].first_s * header.rate(signal))
            firsts.append(min(first, signal.samples * header.records - samples))
            arrays.append(np.empty(samples))
        spans = [(first, first + len(out), s.samples) for first, out, s in zip(firsts, arrays, signals, strict=True)]
        start = min(first // samples for first, _, samples in spans)
        stop = max(-(-end // samples) for _, end, samples in spans)
        outside = dict.fromkeys(columns, 0)
        for record, raw in read_blocks(self._path, header, signals, start, stop):
            for i, signal, first, out, signal_bytes in zip(columns, signals, firsts, arrays, raw, strict=True):
                codes = codes_of(signal_bytes, header.sample_bytes)
                at = record * signal.samples - first  # position of the first code in `out`
                codes = codes[max(0, -at) : max(0, len(out) - at)]
                outside[i] += int(np.count_nonzero((codes < signal.lowest) | (codes > signal.highest)))
                scale = self._channels[i].scale or 1.0
                with np.errstate(over="ignore"):  # a header may have any range; the recording refuses infinities
                    out[max(0, at) : max(0, at) + len(codes)] = codes * (signal.gain * scale) + signal.zero * scale
        self._outside.update({i: self._outside.get(i, 0) + count for i, count in outside.items()})
        return arrays

    def notes(self) -> tuple[str, ...]:
        """Return notes about the samples that were read so far."""
        return tuple(
            f"channel {self._channels[i].name} has {count} codes outside the range {self._signals[i].lowest:g} to "
            f"{self._signals[i].highest:g} of the header: it was saturated or written incorrectly"
            for i, count in self._outside.items()
            if count
        )
