"""What is wrong with a device, judging by a finished run alone: what was sent, and what came back.

First what the device and its line say of themselves; then, if tokens differ: did it begin anew, is its time another,
is there something about single channels. What is left over is said to be unexplained. Where every token is what it
should be, and every count is zero, nothing is ever found: no estimate is asked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.channels import channel_findings
from earloop.hil.diagnosis.evidence import gather_evidence
from earloop.hil.diagnosis.finding import Finding, Place, Symptom
from earloop.hil.diagnosis.line import line_findings
from earloop.hil.diagnosis.restart import split_at_restarts
from earloop.hil.diagnosis.timing import timing_findings
from earloop.hil.run.device import DeviceRun
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps


def diagnose(fixed: FixedDesign, codes: NDArray[np.int32], golden: Taps, run: DeviceRun) -> list[Finding]:
    """Findings, the surest first.

    Parameters
    ----------
    codes : that were sent, int32 [samples, channels]
    golden : what the golden model makes of them
    run : as the device gave it back, with tokens that were lost marked as such
    """
    lost = 0 if run.received is None else int((~run.received).sum())
    findings = line_findings(run.line, lost)
    golden, restarts = split_at_restarts(fixed, codes, golden, run)
    findings += restarts
    evidence = gather_evidence(fixed, golden, run)
    of_signal: list[Finding] = []
    if evidence.differs.any():
        of_signal = timing_findings(evidence) or channel_findings(evidence)
    elif len(run.tokens) != len(golden.tokens):
        text = f"{len(run.tokens):,} patches instead of {len(golden.tokens):,}, each of which is right"
        of_signal = [Finding(Symptom.UNEXPLAINED, Place(), text)]
    return findings + _with_lead_off(of_signal, run.lead_off, fixed.design.channels)


def _with_lead_off(findings: list[Finding], off: tuple[str, ...], channels: tuple[str, ...]) -> list[Finding]:
    """Electrodes that the device's converter says are off: what they make of their channels needs no other cause."""
    says = "the converter's lead-off comparator says so"
    out = []
    for finding in findings:
        known = finding.where.channels and set(finding.where.channels) <= set(off)
        out.append(
            replace(finding, kind=Symptom.ELECTRODE_OFF, evidence=f"{says}; {finding.evidence}") if known else finding
        )
    told = {name for finding in out for name in finding.where.channels}
    silent = [name for name in channels if name in off and name not in told]
    return out + [Finding(Symptom.ELECTRODE_OFF, Place((name,)), says) for name in silent]
