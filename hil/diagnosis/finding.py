"""What the rig says is wrong with a device, judging by what came back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Symptom(Enum):
    """What can be told from outside; several faults may share one, see `earloop.hil.diagnosis.expected`."""

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
    FIRST_TAP = "first tap that departs"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Place:
    """Where it was seen.

    channels : the design's names; none where it is no channel's
    begins_s : where the first difference shows, which is a filter's delay after its cause; None where it has no time
    ends_s : None where it goes on to the end
    """

    channels: tuple[str, ...] = ()
    begins_s: float | None = None
    ends_s: float | None = None

    def __str__(self) -> str:
        parts = [" and ".join(self.channels)] if self.channels else []
        if self.begins_s is not None:
            parts.append(f"from {self.begins_s:.2f} s " + ("on" if self.ends_s is None else f"to {self.ends_s:.2f} s"))
        return ", ".join(parts)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    evidence : in words, with the numbers
    size : what was measured, in the unit of the fault that it speaks of: a factor, samples, a rate; None without one
    """

    kind: Symptom
    where: Place
    evidence: str
    size: float | None = None

    def __str__(self) -> str:
        where = str(self.where)
        return f"{self.kind.value}{f' ({where})' if where else ''}: {self.evidence}"
