"""Gaps of a table by its clock and its counters, and the parts between them on one clock.

The parts' clock runs at the sampling rate and jumps at the gaps by their duration. Therefore neither the jitter of
stamps nor a slightly inaccurate clock changes times within a part.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.opened_file import Part
from earloop.recordings.reading.sample_times import find_period_and_breaks, in_periods
from earloop.recordings.tables.counters import CounterStep

BESIDE = 64  # samples on each side of a break whose stamps give the length of the gap
SELDOM = 0.1  # share of the samples
SAME = 256  # samples: a break of the clock and one of a counter at a smaller distance are the same


@dataclass(frozen=True)
class Gap:
    """A gap.

    sample : the first sample after it
    missing : number of missing samples; negative if time goes back, NaN if it is unknown
    """

    sample: int
    missing: float


def gaps_of_clock(stamps: NDArray[np.float64]) -> tuple[float, list[Gap]]:
    """Return the period of a clock by its stamps, float64 [samples], and its gaps; 0 and none if it does not grow."""
    period, breaks = find_period_and_breaks(stamps)
    if not period:
        return 0.0, []
    late = in_periods(stamps - stamps[0], period) - np.arange(len(stamps))
    edges = [0, *(one.sample for one in breaks), len(stamps)]
    return period, [
        Gap(at, float(np.median(late[at : min(end, at + BESIDE)]) - np.median(late[max(start, at - BESIDE) : at])))
        for start, at, end in zip(edges[:-2], edges[1:-1], edges[2:], strict=True)
    ]


def join(by_clock: Sequence[Gap], by_counter: Sequence[CounterStep]) -> list[Gap]:
    """Return all gaps, sorted; if both have a gap, the counter gives its place, and the clock the number of cycles."""
    gaps = {gap.sample: gap for gap in by_clock}
    for step in by_counter:
        near = [gap for gap in by_clock if gap.sample in gaps and abs(gap.sample - step.sample) <= SAME]
        missing = step.missing
        if near:
            gap = min(near, key=lambda one: abs(one.sample - step.sample))
            del gaps[gap.sample]
            cycles = round((gap.missing - missing) / step.cycle) if step.cycle else 0
            missing = missing + cycles * step.cycle if step.cycle else gap.missing
        gaps[step.sample] = Gap(step.sample, missing)
    return [gaps[sample] for sample in sorted(gaps)]


def interruptions(lines: NDArray[np.int64], event_lines: NDArray[np.int64]) -> list[Gap]:
    """Return the gaps of a table without clock and counter: blank lines or comments between two samples.

    At such a line one writer probably ended, and another one continued. If many samples have such a line between them,
    it is part of the table's format, and the result is empty.

    Parameters
    ----------
    lines : line of each sample, int64 [samples]
    event_lines : lines of rows that are events, which do not count as interruptions
    """
    events = np.searchsorted(event_lines, lines[1:]) - np.searchsorted(event_lines, lines[:-1])
    skipped = np.flatnonzero(np.diff(lines) - events > 1) + 1
    if len(skipped) > SELDOM * len(lines):
        return []
    return [Gap(int(sample), math.nan) for sample in skipped]


def parts_of(gaps: Sequence[Gap], lines: NDArray[np.int64], rate_hz: float) -> tuple[Part, ...]:
    """Return the parts between the gaps, each with the line at which it begins."""
    parts: list[Part] = []
    start_s = 0.0
    edges = [0, *(gap.sample for gap in gaps), len(lines)]
    for i, (first, end) in enumerate(itertools.pairwise(edges)):
        missing = gaps[i - 1].missing if i else 0.0
        if i:
            start_s = parts[-1].end_s + (0.0 if math.isnan(missing) else missing) / rate_hz
        parts.append(
            Part(start_s, (end - first) / rate_hz, place=f"line {lines[first]}", unknown_gap=math.isnan(missing))
        )
    return tuple(parts)
