"""Where a table breaks off, by its clock and its counters together, as unbroken parts on one clock.

The parts' clock runs at the sampling rate and jumps at the breaks by what is missing there: so neither the jitter of
stamps nor a clock that is slightly off moves anything within a part.
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
from earloop.recordings.tables.counters import Step

BESIDE = 64  # samples on each side of a break whose stamps tell how much is missing
SELDOM = 0.1  # share of the samples
SAME = 256  # samples: a break of the clock and one of a counter that lie nearer to each other are one


@dataclass(frozen=True)
class Gap:
    """sample : the first after it; missing : samples that lie between, negative where time goes back; NaN where nobody
    tells."""

    sample: int
    missing: float


def gaps_of_clock(stamps: NDArray[np.float64]) -> tuple[float, list[Gap]]:
    """The period of a clock by its stamps, float64 [samples], and its gaps; a period of 0 where it does not go on."""
    period, breaks = find_period_and_breaks(stamps)
    if not period:
        return 0.0, []
    late = in_periods(stamps - stamps[0], period) - np.arange(len(stamps))
    edges = [0, *(one.sample for one in breaks), len(stamps)]
    return period, [
        Gap(at, float(np.median(late[at : min(end, at + BESIDE)]) - np.median(late[max(start, at - BESIDE) : at])))
        for start, at, end in zip(edges[:-2], edges[1:-1], edges[2:], strict=True)
    ]


def join(by_clock: Sequence[Gap], by_counter: Sequence[Step]) -> list[Gap]:
    """All gaps, in their order. Where both tell of one, the counter says where, and the clock how many rounds of it."""
    found = {gap.sample: gap for gap in by_clock}
    for step in by_counter:
        near = [gap for gap in by_clock if gap.sample in found and abs(gap.sample - step.sample) <= SAME]
        missing = step.missing
        if near:
            gap = min(near, key=lambda one: abs(one.sample - step.sample))
            del found[gap.sample]
            rounds = round((gap.missing - missing) / step.cycle) if step.cycle else 0
            missing = missing + rounds * step.cycle if step.cycle else gap.missing
        found[step.sample] = Gap(step.sample, missing)
    return [found[sample] for sample in sorted(found)]


def interruptions(lines: NDArray[np.int64], event_lines: NDArray[np.int64]) -> list[Gap]:
    """Gaps of a table without clock and counter: where a blank line or a comment stands between two samples, a writer
    ended and another, or the same one, went on. Where many samples have such a line between them it is how the table is
    written.

    Parameters
    ----------
    lines : of each sample, int64 [samples]
    event_lines : of rows that are events, which interrupt nothing
    """
    events = np.searchsorted(event_lines, lines[1:]) - np.searchsorted(event_lines, lines[:-1])
    skipped = np.flatnonzero(np.diff(lines) - events > 1) + 1
    if len(skipped) > SELDOM * len(lines):
        return []
    return [Gap(int(sample), math.nan) for sample in skipped]


def parts_of(gaps: Sequence[Gap], lines: NDArray[np.int64], rate_hz: float) -> tuple[Part, ...]:
    """The unbroken runs of samples [samples], each with the line in which it begins."""
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
