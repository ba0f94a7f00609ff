"""Runs of an EDF or BDF file's samples without gaps, and the times of samples and annotations on the file's clock.

In a discontinuous file (EDF+D, BDF+D) each record has a time stamp. Records that begin at the end of the one before,
within half a sample, belong to one run. Within a run samples follow each other at their rate, and the clock follows the
samples, so that a drift of the time stamps does not move events. Between runs the clock jumps by the gap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.edf.annotations import TimedText
from earloop.recordings.edf.header import EdfHeader
from earloop.recordings.reading.opened_file import Part
from earloop.recordings.recording import Annotation, RecordingError

LEAST_STEP = 0.5  # sample periods: a smaller step is not a break


@dataclass(frozen=True, kw_only=True)
class Run:
    """Samples without a gap.

    first_s, stop_s : exact times in seconds on the axis of the samples, as if the file had no gaps
    start_s : beginning on the file's clock, in seconds since the first sample
    """

    first_s: Fraction
    stop_s: Fraction
    start_s: float
    place: str = ""
    unknown_gap: bool = False

    @property
    def duration_s(self) -> float:
        """Duration of the run, s."""
        return float(self.stop_s - self.first_s)


class RecordClock:
    """The clock of one file.

    Parameters
    ----------
    stamps_s : beginning of each record by its time stamp, float64 [records], s; only differences matter
    """

    def __init__(self, header: EdfHeader, stamps_s: NDArray[np.float64]) -> None:
        self._header, self._stamps_s = header, stamps_s
        self._record_s = float(header.record_s)
        ordinary = [header.rate(signal) for signal in header.signals if not signal.holds_annotations]
        self._least_s = LEAST_STEP / float(max(ordinary))
        steps_s = np.diff(stamps_s) - self._record_s
        # Time stamps are decimals, and a sum of them may be wrong in its last binary digit.
        breaks = np.flatnonzero(np.abs(steps_s) > self._least_s * (1 + 1e-6)) + 1
        self._first_records = [0, *(int(record) for record in breaks)]
        runs: list[Run] = []
        for first, stop in zip(self._first_records, [*self._first_records[1:], header.records], strict=True):
            start_s = 0.0
            if runs:
                start_s = runs[-1].start_s + runs[-1].duration_s + float(steps_s[first - 1])
            runs.append(
                Run(
                    first_s=first * header.record_s,
                    stop_s=stop * header.record_s,
                    start_s=start_s,
                    place=f"record {first + 1}",
                )
            )
        self._by_records, self.runs = tuple(runs), tuple(runs)
        last_records = [stop - 1 for stop in [*self._first_records[1:], header.records]]
        self._begins_s = stamps_s[self._first_records]
        self._ends_s = stamps_s[last_records] + self._record_s

    def split(self, samples: NDArray[np.int64], rate: Fraction, what: str) -> None:
        """Split runs before these samples of a signal, sorted, because the recorder restarted there.

        A break that the time stamps already show keeps their duration.
        """
        runs: list[Run] = []
        cuts = [sample / rate for sample in samples.tolist()]
        for run in self.runs:
            inside = cuts[bisect_right(cuts, run.first_s) : bisect_left(cuts, run.stop_s)]
            for first_s, stop_s in pairwise([run.first_s, *inside, run.stop_s]):
                if first_s == run.first_s:
                    runs.append(replace(run, stop_s=stop_s))
                    continue
                runs.append(
                    Run(
                        first_s=first_s,
                        stop_s=stop_s,
                        start_s=runs[-1].start_s + runs[-1].duration_s,
                        place=f"record {int(first_s / self._header.record_s) + 1}, where {what}",
                        unknown_gap=True,
                    )
                )
        self.runs = tuple(runs)

    def parts(self) -> tuple[Part, ...]:
        """Return one part for each run."""
        return tuple(
            Part(run.start_s, run.duration_s, place=run.place, unknown_gap=run.unknown_gap) for run in self.runs
        )

    def times_s(self, samples: NDArray[np.int64], rate: Fraction) -> NDArray[np.float64]:
        """Return the times of samples of a signal on the clock, float64, s."""
        first = np.array([round(run.first_s * rate) for run in self.runs])
        start_s = np.array([run.start_s for run in self.runs])
        at = np.searchsorted(first, samples, side="right") - 1
        return np.asarray(start_s[at] + (samples - first[at]) / float(rate))

    def place(self, text: TimedText) -> Annotation:
        """Return an annotation at its time on the clock, measured along the samples if there are any at that time."""
        stamps_s, firsts = self._stamps_s, self._first_records
        run = int(np.searchsorted(firsts, text.record, side="right")) - 1
        if not self._begins_s[run] <= text.onset_s < self._ends_s[run]:
            inside = np.flatnonzero((self._begins_s <= text.onset_s) & (text.onset_s < self._ends_s))
            if not len(inside):
                return _event(text, self._between_s(text.onset_s))
            run = int(inside[0])
        first, stop = firsts[run], self._stop_record(run)
        record = int(np.searchsorted(stamps_s[first:stop], text.onset_s, side="right")) - 1
        since_s = float(record * self._header.record_s) + text.onset_s - float(stamps_s[first + record])
        return _event(text, self._by_records[run].start_s + since_s)

    def _between_s(self, stamp_s: float) -> float:
        """Return the time on the clock of a stamp without samples, counted from the end of the run before it."""
        before = np.flatnonzero(self._ends_s <= stamp_s)
        if not len(before):
            return stamp_s - float(self._begins_s[0])
        last = int(before[np.argmax(self._ends_s[before])])
        run = self._by_records[last]
        return run.start_s + run.duration_s + stamp_s - float(self._ends_s[last])

    def drift(self) -> str:
        """Return a sentence about the largest drift between time stamps and samples of a run; empty without drift."""
        durations_s = np.array([run.duration_s for run in self._by_records])
        drifts_s = self._ends_s - self._begins_s - durations_s
        worst = int(np.argmax(np.abs(drifts_s)))
        drift_s, duration_s = float(drifts_s[worst]), float(durations_s[worst])
        if abs(drift_s) <= self._least_s:
            return ""
        return (
            f"its records' time stamps run {abs(drift_s):.3f} s {'ahead of' if drift_s > 0 else 'behind'} "
            f"{duration_s:.3f} s of samples: the rate in its header is inaccurate; events are placed along the samples"
        )

    def _stop_record(self, run: int) -> int:
        return self._first_records[run + 1] if run + 1 < len(self._first_records) else self._header.records


def stamps_of(path: object, header: EdfHeader, starts_s: Sequence[float | None]) -> NDArray[np.float64]:
    """Return the beginning of each record, float64 [records], s; without a stamp, it is the end of the one before.

    Raises
    ------
    RecordingError
        The file is discontinuous, and a record has no time stamp.
    """
    record_s = float(header.record_s)
    if not any(start_s is not None for start_s in starts_s):
        if header.kind.endswith("+D"):
            raise RecordingError(f"{path}: damaged: {header.kind}, but no record says when it begins")
        return np.arange(header.records, dtype=np.float64) * record_s
    stamps_s = np.empty(header.records)
    for i, start_s in enumerate(starts_s):
        if start_s is None and header.kind.endswith("+D"):
            raise RecordingError(f"{path}: damaged: {header.kind}, but record {i + 1} does not say when it begins")
        stamps_s[i] = start_s if start_s is not None else stamps_s[i - 1] + record_s if i else 0.0
    return stamps_s


def _event(text: TimedText, onset_s: float) -> Annotation:
    return Annotation(onset_s, text.duration_s, text.text)
