"""The plan of a corpus, which determines all of its bytes, and the division of its hours into sessions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from earloop.recordings.recording import RecordingError, Unit
from earloop.spec.design import Design, parse_design
from earloop.spec.errors import DesignError
from earloop.spec.validation import HeaderPart, first_complaint

MOST_SUBJECTS = 100_000
MOST_SECONDS = 10**10  # three centuries
MOST_SESSIONS = 1_000_000  # each is a folder


class CorpusError(RecordingError):
    """A corpus cannot be generated or used; the message says which and why."""


@dataclass(frozen=True)
class PlannedSession:
    """One session: the `index`-th of the corpus, the `number`-th of its subject, both from 0."""

    index: int
    subject: str
    number: int
    seconds: int

    @property
    def name(self) -> str:
        """Name of the session's folder without suffix: subject and number."""
        return f"{self.subject}_{self.number:03}"


@dataclass(frozen=True)
class CorpusPlan:
    """The plan of a corpus.

    Parameters
    ----------
    design : the earbud
    scenario : the complete scenario, as JSON
    seed : seed of all random draws
    subjects : number of people
    seconds : total duration of all sessions
    longest_s : longest duration of a session
    unit : potentials in uV, or codes after the front end
    truth : whether sessions also store the truths of the simulation

    Raises
    ------
    CorpusError
        The seed is below 0, or a size is out of range.
    """

    design: Design
    scenario: dict[str, Any]
    seed: int
    subjects: int
    seconds: int
    longest_s: int
    unit: Unit = "codes"
    truth: bool = False

    def __post_init__(self) -> None:
        for name, most in (("subjects", MOST_SUBJECTS), ("seconds", MOST_SECONDS), ("longest_s", MOST_SECONDS)):
            if not 1 <= getattr(self, name) <= most:
                raise CorpusError(f"a corpus of {name} = {getattr(self, name)}: must be 1 to {most:,}")
        if self.seed < 0:
            raise CorpusError(f"a corpus of seed {self.seed}: must be 0 or more")
        if self.seconds // self.longest_s > MOST_SESSIONS:
            raise CorpusError(
                f"a corpus of more than {MOST_SESSIONS:,} sessions; make them longer than {self.longest_s} s"
            )

    @cached_property
    def sessions(self) -> tuple[PlannedSession, ...]:
        """All sessions: as few as `longest_s` allows, equally many for each subject, within one second equally long."""
        each = max(1, -(-self.seconds // (self.subjects * self.longest_s)))
        seconds, longer = divmod(self.seconds, self.subjects * each)
        width = max(2, len(str(self.subjects)))
        return tuple(
            PlannedSession(i, f"{i // each + 1:0{width}}", i % each, seconds + (i < longer))
            for i in range(self.subjects * each)
        )

    def facts(self) -> dict[str, Any]:
        """Return the plan as JSON, with derived facts for readers that do not use this program."""
        return {
            "design": self.design.model_dump(mode="json"),
            "design_hash": self.design.design_hash,
            "scenario": self.scenario,
            "seed": self.seed,
            "subjects": self.subjects,
            "seconds": self.seconds,
            "longest_s": self.longest_s,
            "sessions": len(self.sessions),
            "unit": self.unit,
            "sfreq": float(self.design.converter.rate_hz),
            "channels": list(self.design.channels),
            "truth": self.truth,
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> CorpusPlan:
        """Return the plan of these facts; raises ValueError if they are invalid."""
        try:
            found = _Facts.model_validate(facts)
            design = parse_design(found.design)
            if design.design_hash != found.design_hash:
                raise ValueError(f"the design: its hash is {design.design_hash[:12]}, not {found.design_hash[:12]}")
            return cls(
                design=design,
                scenario=facts["scenario"],
                seed=found.seed,
                subjects=found.subjects,
                seconds=found.seconds,
                longest_s=found.longest_s,
                unit=found.unit,
                truth=found.truth,
            )
        except ValidationError as error:
            raise ValueError(first_complaint(error, _Facts)) from None
        except (DesignError, CorpusError) as error:
            raise ValueError(str(error)) from None


class _ActivityOutline(HeaderPart):
    name: str
    label: str | None


class _TrackOutline(HeaderPart):
    activities: list[_ActivityOutline]


class _Outline(HeaderPart):
    """The parts of a scenario that readers need without a new simulation."""

    name: str
    effect_size: float
    tracks: list[_TrackOutline]


class _Facts(HeaderPart):
    """The facts that determine a plan; the other facts follow from these."""

    design: dict[str, Any]
    design_hash: str
    scenario: _Outline
    seed: int
    subjects: int
    seconds: int
    longest_s: int
    unit: Unit
    truth: bool
