"""A verdict as a list of criteria: what was found, the limit that it is held to, and whether it keeps to that.

Every report loops over this list, whatever stands in it: `summary.json`, JUnit, pages, the terminal, plans, pytest and
the live bench. The entries come from `earloop.hil.judging.criteria`, and on an analog bench from
`earloop.hil.analog.criteria`.
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
    """How a criterion came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"  # the input, or the design's words, say too little of the device
    INCOMPLETE = "incomplete"  # the device did not come to the end
    NOT_ASKED = "not asked"  # it is measured, and held to no limit


def state_of(
    why: Sequence[str], *, limit: float | None = 0.0, if_not: CriterionState = CriterionState.FAILED
) -> CriterionState:
    """`if_not` where there is a reason against passing; not asked where there is no limit; otherwise passed."""
    if why:
        return if_not
    return CriterionState.NOT_ASKED if limit is None else CriterionState.PASSED


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One thing that a verdict rests on.

    name : a sentence that holds where the criterion passes; a CI shows it
    measure : what is measured, in a few words; pages show all criteria of one measure in one row
    of : which of several things of one measure this is, such as a band; empty where there is one alone
    found : the measured value, in `unit`; None where it could not be measured
    limit : in `unit`; None where the value is held to no limit
    at_least : whether the limit is the least value that passes; otherwise it is the greatest
    found_words, limit_words : both values as they are printed
    state : how it came out
    why : the reasons for a state other than passed, a line each
    brief : these reasons in one shorter line, where there is one
    note : why it passes although the limit alone would have failed it
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
        """Whether it passes; None where it is not asked for."""
        return None if self.state is CriterionState.NOT_ASKED else self.state is CriterionState.PASSED

    @property
    def label(self) -> str:
        """What is measured, and of which of several things."""
        return f"{self.measure}: {self.of}" if self.of else self.measure

    @property
    def message(self) -> str:
        """Why it does not pass, in one line; empty where it does."""
        return self.brief or "; ".join(self.why)

    def not_asked(self) -> Criterion:
        """The same value, held to no limit."""
        return replace(self, limit=None, limit_words="", state=CriterionState.NOT_ASKED, why=(), brief="")

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON values; a value that is not finite is null."""
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
    """A criterion on a count; `if_not` is its state where there is a reason against passing."""
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
    """A number that JSON can hold, with six digits; None for one that is infinite or undefined."""
    return rounded(value, 6)


def rounded(value: float | None, digits: int) -> float | None:
    """A number that JSON can hold, with so many digits; None for one that is infinite or undefined."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{digits}g}")


class Judgement(ABC):
    """What has been judged: a list of criteria, and what follows from it."""

    @property
    @abstractmethod
    def criteria(self) -> tuple[Criterion, ...]:
        """What the verdict rests on."""

    @property
    def reasons(self) -> list[str]:
        """Why it fails or is incomplete, a line each; empty where neither is so."""
        return self._lines(CriterionState.INCOMPLETE, CriterionState.FAILED)

    @property
    def unjudged(self) -> list[str]:
        """Why there can be no verdict, a line each: the input, or the design's words, say nothing of the device."""
        return self._lines(CriterionState.NOT_JUDGED)

    @property
    def passed(self) -> bool:
        """Whether every criterion that is asked for passes."""
        return all(criterion.passed is not False for criterion in self.criteria)

    @property
    def word(self) -> Literal["pass", "fail", "not judged", "incomplete"]:
        """The verdict in a word or two; the gravest state decides."""
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

    worst : of those that do not pass, or else of all, the one with the greatest value, or with the smallest where the
        limit is a least one
    failed, count : how many do not pass, and how many there are
    """

    worst: Criterion
    failed: int
    count: int

    @property
    def name(self) -> str:
        """What is measured."""
        return self.worst.measure + (f", worst of {self.count}" if self.count > 1 else "")

    @property
    def passed(self) -> bool | None:
        """Whether all pass; None where nothing is asked for."""
        return False if self.failed else self.worst.passed


def by_measure(criteria: Iterable[Criterion]) -> list[Measure]:
    """The rows of a table of criteria, in the order in which their measures come."""
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
