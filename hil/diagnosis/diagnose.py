"""The diagnosis of a device from a finished run alone: from the codes sent and the values received.

The first findings are those that device and line report themselves. If tokens differ, the diagnosis then tests for a
restart, for a shift or drift in time, and for faults of single channels. A remaining difference is *unexplained*. If
all tokens are right and all counts are zero, there is no finding, because no estimate is computed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.channels import channel_findings
from earloop.hil.diagnosis.evidence import gather_evidence
from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.diagnosis.line import line_findings
from earloop.hil.diagnosis.restart import split_at_restarts
from earloop.hil.diagnosis.timing import timing_findings
from earloop.hil.run.device import DeviceRun
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps


def diagnose(fixed: FixedDesign, codes: NDArray[np.int32], golden: Taps, run: DeviceRun) -> list[Finding]:
    """Return the findings, the most certain first.

    Parameters
    ----------
    codes : the codes sent, int32 [samples, channels]
    golden : the golden model's taps for these codes
    run : the result of the device, with lost tokens marked
    """
    lost = 0 if run.received is None else int((~run.received).sum())
    findings = line_findings(run.line, lost)
    golden, restarts = split_at_restarts(fixed, codes, golden, run)
    findings += restarts
    evidence = gather_evidence(fixed, golden, run)
    signal_findings: list[Finding] = []
    if evidence.differs.any():
        signal_findings = timing_findings(evidence) or channel_findings(evidence)
    elif len(run.tokens) != len(golden.tokens):
        text = f"{len(run.tokens):,} patches instead of {len(golden.tokens):,}, and all of them are right"
        signal_findings = [Finding(kind=Symptom.UNEXPLAINED, where=FindingPlace(), evidence=text)]
    return findings + _with_lead_off(signal_findings, run.lead_off, fixed.design.channels)


def _with_lead_off(findings: list[Finding], off: tuple[str, ...], channels: tuple[str, ...]) -> list[Finding]:
    """Add the electrodes that the converter reports as off; they replace other findings of their channels."""
    reported = "the converter's lead-off comparator reports it"
    out = []
    for finding in findings:
        known = finding.where.channels and set(finding.where.channels) <= set(off)
        out.append(
            replace(finding, kind=Symptom.ELECTRODE_OFF, evidence=f"{reported}; {finding.evidence}")
            if known
            else finding
        )
    named = {name for finding in out for name in finding.where.channels}
    remaining = [name for name in channels if name in off and name not in named]
    return out + [
        Finding(kind=Symptom.ELECTRODE_OFF, where=FindingPlace((name,)), evidence=reported) for name in remaining
    ]
