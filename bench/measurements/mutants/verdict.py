"""The verdict on a mutant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bench.measurements.mutants.draw import Mutant


class MutantFate(Enum):
    """The fates of a mutant; `KILLED`, `TIMED_OUT` and `SURVIVED` count."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    STILLBORN = "would not build"
    SAME = "same program"


@dataclass(frozen=True)
class MutantVerdict:
    """A mutant's fate; `by` names the test that killed it, or the error of its build."""

    mutant: Mutant
    fate: MutantFate
    by: str = ""

    @property
    def counts(self) -> bool:
        """Whether the mutant builds and differs from the sources."""
        return self.fate not in (MutantFate.STILLBORN, MutantFate.SAME)

    @property
    def found(self) -> bool:
        """Whether a test found the fault."""
        return self.fate in (MutantFate.KILLED, MutantFate.TIMED_OUT)


class Judge(Protocol):
    """Plants a mutant and tries to find it; several processes may call it at once."""

    def __call__(self, mutant: Mutant) -> MutantVerdict:
        """Return the verdict on a mutant."""
        ...
