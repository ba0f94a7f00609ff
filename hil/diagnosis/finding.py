"""Findings: probable causes that the diagnosis names, with place and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Symptom(Enum):
    """A symptom that is visible from outside. Several faults may share one; see `earloop.hil.diagnosis.expected`."""

    DAMAGED_FRAMES = "frames damaged"
    LOST_FRAMES = "frames lost"
    REPEATED_FRAMES = "frames repeated"
    LATE_FRAMES = "frames overtaken"
    PORT_GONE = "port gone"
    STUCK = "stuck"
    FROZEN = "frozen"
    RAIL = "at a rail"
    ELECTRODE_OFF = "electrode off"
    GAIN = "gain"
    SWAPPED = "swapped"
    SAMPLES_MISSING = "samples missing"
    CLOCK = "clock"
    RESTARTED = "restarted"
    FIRST_TAP = "first tap that differs"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class FindingPlace:
    """The channels and the time of a finding.

    channels : the design's names; empty if the finding concerns no single channel
    begins_s : time of the first difference, which is a filter's delay after its cause; None without a time
    ends_s : None if it lasts until the end
    """

    channels: tuple[str, ...] = ()
    begins_s: float | None = None
    ends_s: float | None = None

    def __str__(self) -> str:
        parts = [" and ".join(self.channels)] if self.channels else []
        if self.begins_s is not None:
            parts.append(f"from {self.begins_s:.2f} s " + ("on" if self.ends_s is None else f"to {self.ends_s:.2f} s"))
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One probable cause of a difference.

    evidence : the evidence in words, with numbers
    size : the measured size in the unit of the fault: a factor, samples, a rate; None without one
    """

    kind: Symptom
    where: FindingPlace
    evidence: str
    size: float | None = None

    def __str__(self) -> str:
        where = str(self.where)
        return f"{self.kind.value}{f' ({where})' if where else ''}: {self.evidence}"
