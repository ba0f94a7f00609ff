"""The symptom that each injected fault must cause, as data, and the check of the findings.

A fault is noticed if the findings name its symptom at its place, and nothing else: a second finding would mislead the
reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earloop.hil.diagnosis.finding import Finding, Symptom
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FaultKind

EARLY_S = 0.6  # how early a finding may begin: a restart goes back to the first patch that was not sent completely
LATE_S = 1.0  # and how late: decimator and filters delay it, and a small fault first disappears in the rounding


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The expected symptom of a kind of fault.

    symptom : the symptom that names it
    alternatives : other symptoms that cannot be distinguished from it
    because : the reason for that
    within : allowed difference between the measured size and the fault's amount
    needs_s : least duration of the fault within the recording. Filters and notch ring after a step, and a line needs
        several lags; a shorter fault may be unexplained, which counts as unnoticed
    """

    symptom: Symptom
    alternatives: tuple[Symptom, ...] = ()
    because: str = ""
    within: float | None = None
    needs_s: float = 0.0

    @property
    def accepted(self) -> tuple[Symptom, ...]:
        """All symptoms that name the kind."""
        return (self.symptom, *self.alternatives)


EXPECTED: Mapping[FaultKind, Expected] = {
    FaultKind.FLIP: Expected(
        symptom=Symptom.DAMAGED_FRAMES, because="as for truncate: a frame that does not decode does not show why"
    ),
    FaultKind.DROP: Expected(symptom=Symptom.LOST_FRAMES),
    FaultKind.DUPLICATE: Expected(symptom=Symptom.REPEATED_FRAMES),
    FaultKind.SWAP: Expected(symptom=Symptom.LATE_FRAMES),
    FaultKind.TRUNCATE: Expected(
        symptom=Symptom.DAMAGED_FRAMES,
        alternatives=(Symptom.LOST_FRAMES,),
        because="as for flip; and a frame that is cut before its first byte is lost without a trace",
    ),
    FaultKind.DISCONNECT: Expected(symptom=Symptom.PORT_GONE),
    FaultKind.STUCK: Expected(symptom=Symptom.STUCK, needs_s=1.5),
    FaultKind.STALE: Expected(symptom=Symptom.FROZEN, needs_s=2.0),
    FaultKind.LOST: Expected(symptom=Symptom.SAMPLES_MISSING, within=1.0, needs_s=3.0),
    FaultKind.LEAD_OFF: Expected(symptom=Symptom.ELECTRODE_OFF, needs_s=2.0),
    FaultKind.SATURATION: Expected(
        symptom=Symptom.RAIL,
        alternatives=(Symptom.STUCK,),
        because="tokens contain no constant: without a step to the rail, as from the first sample, it looks stuck",
    ),
    FaultKind.GAIN: Expected(symptom=Symptom.GAIN, within=1e-3, needs_s=4.0),
    FaultKind.SWAPPED: Expected(symptom=Symptom.SWAPPED, needs_s=4.0),
    FaultKind.CLOCK: Expected(symptom=Symptom.CLOCK, within=1e-3, needs_s=4.0),
    FaultKind.RESET: Expected(symptom=Symptom.RESTARTED),
}


def noticed(fault: Fault, findings: Sequence[Finding]) -> bool:
    """Return whether the findings name this fault, with the right symptom and place, and nothing else."""
    return bool(findings) and all(_names(finding, fault) for finding in findings)


def unnoticed(fault: Fault, findings: Sequence[Finding]) -> str | None:
    """Return a line that says how the findings miss the fault; None if the fault was noticed."""
    if noticed(fault, findings):
        return None
    wanted = " or ".join(symptom.value for symptom in EXPECTED[fault.kind].accepted)
    found = "; ".join(map(str, findings)) if findings else "no findings"
    return f"the fault {fault} must be noticed as {wanted}; found: {found}"


def _names(finding: Finding, fault: Fault) -> bool:
    expected = EXPECTED[fault.kind]
    if finding.kind not in expected.accepted or set(finding.where.channels) != set(fault.channels):
        return False
    begins_s = finding.where.begins_s
    if begins_s is not None and not -EARLY_S <= begins_s - fault.begins_s <= LATE_S:
        return False
    return expected.within is None or (finding.size is not None and abs(finding.size - fault.size) <= expected.within)
