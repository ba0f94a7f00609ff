"""A verdict as a list of criteria, each with the value found, its limit, and whether it passed.

Every report loops over this list: `summary.json`, JUnit, pages, the terminal, plans, pytest and the live bench. The
entries come from `earloop.hil.judging.criteria`, and on an analog bench from `earloop.hil.analog.criteria`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any, Literal


class CriterionState(Enum):
    """The result of a criterion."""

    PASSED = "passed"  # the value is within the limit
    FAILED = "failed"  # the value is outside the limit
    NOT_JUDGED = "not judged"  # the input, or the design's word lengths, say too little about the device
    INCOMPLETE = "incomplete"  # the run ended early
    NOT_ASKED = "not asked"  # the value is measured without a limit


def state_of(
    why: Sequence[str], *, limit: float | None = 0.0, if_not: CriterionState = CriterionState.FAILED
) -> CriterionState:
    """Return `if_not` if there is a reason against passing, `NOT_ASKED` without a limit, and `PASSED` otherwise."""
    if why:
        return if_not
    return CriterionState.NOT_ASKED if limit is None else CriterionState.PASSED


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of a verdict: a value with its limit and result.

    Parameters
    ----------
    name : a sentence that is true if the criterion passes; CI servers show it
    measure : the measured quantity in a few words; pages show all criteria of one measure in one row
    of : distinguishes the criteria of one measure, such as a band; empty for a single one
    found : the measured value, in `unit`; None if it could not be measured
    limit : the limit, in `unit`; None without a limit
    at_least : whether the limit is the least value that passes; otherwise it is the greatest
    found_words, limit_words : both values as printed
    state : the result
    why : the reasons for a state other than passed, a line each
    brief : these reasons in one shorter line, if there is one
    note : why it passes although the value misses the limit
    """

    name: str
    measure: str
    of: str = ""
    found: float | None
    limit: float | None
    unit: str = ""
    at_least: bool = False
    found_words: str
    limit_words: str
    state: CriterionState
    why: tuple[str, ...] = ()
    brief: str = ""
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether it passes; None without a limit."""
        return None if self.state is CriterionState.NOT_ASKED else self.state is CriterionState.PASSED

    @property
    def label(self) -> str:
        """The measured quantity, with `of` if several criteria measure it."""
        return f"{self.measure}: {self.of}" if self.of else self.measure

    @property
    def message(self) -> str:
        """Why it does not pass, in one line; empty if it passes."""
        return self.brief or "; ".join(self.why)

    def not_asked(self) -> Criterion:
        """Return the same criterion without a limit."""
        return replace(self, limit=None, limit_words="", state=CriterionState.NOT_ASKED, why=(), brief="")

    def facts(self) -> dict[str, Any]:
        """Return all fields as plain JSON values; a value that is not finite is null."""
        numbers = {name: six_digits(getattr(self, name)) for name in ("found", "limit")}
        return asdict(self) | numbers | {"state": self.state.value, "why": list(self.why), "passed": self.passed}


def count_criterion(
    *,
    name: str,
    measure: str,
    of: str = "",
    found: int,
    limit: int,
    unit: str = "",
    why: tuple[str, ...],
    brief: str = "",
    if_not: CriterionState = CriterionState.FAILED,
) -> Criterion:
    """Return a criterion on a count; `if_not` is its state if there is a reason against passing."""
    return Criterion(
        name=name,
        measure=measure,
        of=of,
        found=found,
        limit=limit,
        unit=unit,
        found_words=f"{found:,}",
        limit_words=f"{limit:,}",
        state=state_of(why, if_not=if_not),
        why=why,
        brief=brief,
    )


def six_digits(value: float | None) -> float | None:
    """Return a number for JSON with six digits; None if it is infinite or undefined."""
    return rounded(value, 6)


def rounded(value: float | None, digits: int) -> float | None:
    """Return a number for JSON with `digits` digits; None if it is infinite or undefined."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{digits}g}")


class Judgement(ABC):
    """The base of verdicts: a list of criteria, and the result that follows from it."""

    @property
    @abstractmethod
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of the verdict."""

    @property
    def reasons(self) -> list[str]:
        """Why it fails or is incomplete, a line each; empty otherwise."""
        return self._lines(CriterionState.INCOMPLETE, CriterionState.FAILED)

    @property
    def unjudged(self) -> list[str]:
        """Why there can be no verdict, a line each: input or word lengths say too little about the device."""
        return self._lines(CriterionState.NOT_JUDGED)

    @property
    def passed(self) -> bool:
        """Whether every criterion with a limit passes."""
        return all(criterion.passed is not False for criterion in self.criteria)

    @property
    def word(self) -> Literal["pass", "fail", "not judged", "incomplete"]:
        """The verdict in one or two words; the most severe state decides."""
        states = {criterion.state for criterion in self.criteria}
        if CriterionState.INCOMPLETE in states:
            return "incomplete"
        if CriterionState.FAILED in states:
            return "fail"
        return "not judged" if CriterionState.NOT_JUDGED in states else "pass"

    def _lines(self, *states: CriterionState) -> list[str]:
        return [line for criterion in self.criteria if criterion.state in states for line in criterion.why]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """All criteria of one measure, as one row of a table.

    worst : of the criteria that do not pass, or else of all, the one with the greatest value, or the smallest if the
        limit is a minimum
    failed, count : number of criteria that do not pass, and number of all
    """

    worst: Criterion
    failed: int
    count: int

    @property
    def name(self) -> str:
        """The measured quantity, and of how many criteria this is the worst."""
        return self.worst.measure + (f", worst of {self.count}" if self.count > 1 else "")

    @property
    def passed(self) -> bool | None:
        """Whether all pass; None without a limit."""
        return False if self.failed else self.worst.passed


def by_measure(criteria: Iterable[Criterion]) -> list[Measure]:
    """Return the rows of a table of criteria, in the order of their measures."""
    groups: defaultdict[str, list[Criterion]] = defaultdict(list)
    for criterion in criteria:
        groups[criterion.measure].append(criterion)
    return [
        Measure(
            worst=max(group, key=_badness),
            failed=sum(criterion.passed is False for criterion in group),
            count=len(group),
        )
        for group in groups.values()
    ]


def _badness(criterion: Criterion) -> tuple[bool, float]:
    found = criterion.found
    if found is None or math.isnan(found):
        return criterion.passed is False, -math.inf
    return criterion.passed is False, -found if criterion.at_least else found
