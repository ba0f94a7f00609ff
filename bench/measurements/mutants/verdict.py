"""What became of a mutant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bench.measurements.mutants.draw import Mutant


class Fate(Enum):
    """`KILLED`, `TIMED_OUT` and `SURVIVED` count."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    STILLBORN = "would not build"
    SAME = "same program"


@dataclass(frozen=True)
class Verdict:
    """A mutant's fate; `by` says what killed it, or why it would not build."""

    mutant: Mutant
    fate: Fate
    by: str = ""

    @property
    def counts(self) -> bool:
        return self.fate not in (Fate.STILLBORN, Fate.SAME)

    @property
    def found(self) -> bool:
        return self.fate in (Fate.KILLED, Fate.TIMED_OUT)


class Judge(Protocol):
    """Plants a mutant and tries to find it; safe to call from several threads."""

    def __call__(self, mutant: Mutant) -> Verdict: ...
