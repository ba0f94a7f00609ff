"""Trials of mutants on several cores until enough of them count; the number of cores does not change which."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.measurements.mutants.draw import Equivalent, Mutant, not_listed
from bench.measurements.mutants.verdict import Judge, MutantFate, MutantVerdict


@dataclass(frozen=True)
class Result:
    """The verdicts in the order of drawing, and the number of mutants that are listed as equivalent."""

    verdicts: tuple[MutantVerdict, ...]
    listed: int

    @property
    def counted(self) -> tuple[MutantVerdict, ...]:
        """The verdicts of mutants that count."""
        return tuple(verdict for verdict in self.verdicts if verdict.counts)

    @property
    def survivors(self) -> tuple[MutantVerdict, ...]:
        """The verdicts of mutants that no test found."""
        return tuple(verdict for verdict in self.counted if not verdict.found)

    @property
    def killed_percent(self) -> float | None:
        """The share of found mutants in those that count, in percent; None if none counts."""
        return 100 * sum(verdict.found for verdict in self.counted) / len(self.counted) if self.counted else None

    def of(self, fate: MutantFate) -> int:
        """Return the number of mutants with a fate."""
        return Counter(verdict.fate for verdict in self.verdicts)[fate]


def campaign(
    judge: Judge,
    drawn: Sequence[Mutant],
    equivalents: Sequence[Equivalent],
    count: int,
    *,
    jobs: int = 1,
    advance: Callable[[int], None] = lambda _: None,
) -> Result:
    """Try mutants in their order until `count` of them count, or all are tried.

    Parameters
    ----------
    judge : tries one mutant; every job has its forked copy
    equivalents : mutants that are skipped
    advance : called with the number of mutants that count so far
    """
    waiting = not_listed(drawn, equivalents)
    tried: list[MutantVerdict] = []
    counted = 0
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=fork, initializer=_hold, initargs=(judge,)) as pool:
        while waiting and counted < count:
            batch, waiting = waiting[: count - counted], waiting[count - counted :]
            for verdict in pool.map(_try, batch):
                tried.append(verdict)
                counted += verdict.counts
                advance(counted)
    return Result(tuple(tried), len(drawn) - len(not_listed(drawn, equivalents)))


_held: dict[str, Any] = {}  # the judge of a job's process


def _hold(judge: Judge) -> None:
    _held["judge"] = judge


def _try(mutant: Mutant) -> MutantVerdict:
    verdict: MutantVerdict = _held["judge"](mutant)
    return verdict
