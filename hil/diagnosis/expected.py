"""How each fault is to be noticed, as data, and whether it was.

A fault is noticed where the findings name its symptom at its place, and name nothing else: a second finding would send
its reader the wrong way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earloop.hil.diagnosis.finding import Finding, Symptom
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FaultKind

EARLY_S = 0.6  # by which a finding may begin before its fault: a restart goes back by the patches not sent whole
LATE_S = 1.0  # and after it: through decimator and filters, or a faint one through the rounding


@dataclass(frozen=True)
class Expected:
    """The symptom of a kind.

    symptom : that names it
    as_well : another that it may show as, where the two cannot be told apart
    because : why they cannot
    within : by how much the measured size may miss the fault's amount
    needs_s : how long the fault must last, and the recording go on, to be told: filters and notch ring after a step,
        and a line wants some lags; below that it may show as unexplained, which counts as unnoticed
    """

    symptom: Symptom
    as_well: tuple[Symptom, ...] = ()
    because: str = ""
    within: float | None = None
    needs_s: float = 0.0

    @property
    def any_of(self) -> tuple[Symptom, ...]:
        """All symptoms by which the kind may be named."""
        return (self.symptom, *self.as_well)


EXPECTED: Mapping[FaultKind, Expected] = {
    FaultKind.FLIP: Expected(
        Symptom.DAMAGED_FRAMES, because="shared with truncate: a frame that does not decode does not say why"
    ),
    FaultKind.DROP: Expected(Symptom.LOST_FRAMES),
    FaultKind.DUPLICATE: Expected(Symptom.REPEATED_FRAMES),
    FaultKind.SWAP: Expected(Symptom.LATE_FRAMES),
    FaultKind.TRUNCATE: Expected(
        Symptom.DAMAGED_FRAMES,
        (Symptom.LOST_FRAMES,),
        "shared with flip; and one that is cut before its first byte is lost without a trace",
    ),
    FaultKind.DISCONNECT: Expected(Symptom.PORT_GONE),
    FaultKind.STUCK: Expected(Symptom.STUCK, needs_s=1.5),
    FaultKind.STALE: Expected(Symptom.FROZEN, needs_s=2.0),
    FaultKind.LOST: Expected(Symptom.SAMPLES_MISSING, within=1.0, needs_s=3.0),
    FaultKind.LEAD_OFF: Expected(Symptom.ELECTRODE_OFF, needs_s=2.0),
    FaultKind.SATURATION: Expected(
        Symptom.RAIL,
        (Symptom.STUCK,),
        "tokens hold no constant: where no step led to the rail, as from the first sample on, it is any constant",
    ),
    FaultKind.GAIN: Expected(Symptom.GAIN, within=1e-3, needs_s=4.0),
    FaultKind.SWAPPED: Expected(Symptom.SWAPPED, needs_s=4.0),
    FaultKind.CLOCK: Expected(Symptom.CLOCK, within=1e-3, needs_s=4.0),
    FaultKind.RESET: Expected(Symptom.RESTARTED),
}


def noticed(fault: Fault, findings: Sequence[Finding]) -> bool:
    """Whether the findings name this fault, of the right kind and at its place, and nothing else."""
    return bool(findings) and all(_names(finding, fault) for finding in findings)


def unnoticed(fault: Fault, findings: Sequence[Finding]) -> str | None:
    """What is wrong with the findings, in a line; None where the fault was noticed."""
    if noticed(fault, findings):
        return None
    wanted = " or ".join(symptom.value for symptom in EXPECTED[fault.kind].any_of)
    found = "; ".join(map(str, findings)) if findings else "nothing"
    return f"the fault {fault} was to be noticed as {wanted}, found was {found}"


def _names(finding: Finding, fault: Fault) -> bool:
    expected = EXPECTED[fault.kind]
    if finding.kind not in expected.any_of or set(finding.where.channels) != set(fault.channels):
        return False
    begins_s = finding.where.begins_s
    if begins_s is not None and not -EARLY_S <= begins_s - fault.begins_s <= LATE_S:
        return False
    return expected.within is None or (finding.size is not None and abs(finding.size - fault.size) <= expected.within)
