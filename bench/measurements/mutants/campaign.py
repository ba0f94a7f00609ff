"""Tries mutants on several cores until as many have counted as were asked for, the same ones whatever the cores."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.measurements.mutants.draw import Equivalent, Mutant, not_listed
from bench.measurements.mutants.verdict import Fate, Judge, Verdict


@dataclass(frozen=True)
class Result:
    """Verdicts in the order in which the mutants were drawn, and how many mutants are listed as equivalent."""

    verdicts: tuple[Verdict, ...]
    listed: int

    @property
    def counted(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.counts)

    @property
    def survivors(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.counted if not verdict.found)

    @property
    def killed_percent(self) -> float | None:
        """Of those that count; None where none does."""
        return 100 * sum(verdict.found for verdict in self.counted) / len(self.counted) if self.counted else None

    def of(self, fate: Fate) -> int:
        """How many had this fate."""
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
    """Try mutants in their order until `count` have counted or none is left.

    Parameters
    ----------
    judge : tries one; every job has the copy that the system makes when it forks
    equivalents : mutants that are passed over
    advance : called with how many have counted so far
    """
    waiting = not_listed(drawn, equivalents)
    tried: list[Verdict] = []
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


_held: dict[str, Any] = {}  # of a job's own process


def _hold(judge: Judge) -> None:
    _held["judge"] = judge


def _try(mutant: Mutant) -> Verdict:
    verdict: Verdict = _held["judge"](mutant)
    return verdict
