"""Detects restarts of a device within a stream: the golden model, restarted at the same patch, then equals the device.

This is a proof and not an estimate: in two patches more than a thousand token samples are equal bit for bit. Restarts
that a device reports are accepted, and the golden model restarts at them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps, concatenate_taps

_PROVEN = 2  # number of equal patches that prove a restart
_MOST = 16  # largest number of restarts per run


def split_at_restarts(
    fixed: FixedDesign, codes: NDArray[np.int32], golden: Taps, run: DeviceRun
) -> tuple[Taps, list[Finding]]:
    """Return the golden model's taps with the device's restarts, and a finding for each restart."""
    block = fixed.design.patch_samples
    findings: list[Finding] = []
    for sample in run.restarts:
        golden = _restarted(fixed, codes, golden, sample // block)
        findings.append(_finding(fixed, sample, "the earbud reports it"))
    while len(findings) < _MOST and (patch := _first_difference(golden, run)) is not None:
        restarted = _restarted(fixed, codes, golden, patch)
        proof = slice(patch, min(patch + _PROVEN, len(run.tokens), len(restarted.tokens)))
        if not patch or not _equal(restarted, run, proof):
            break
        golden = restarted
        count = golden.tokens[proof].size
        findings.append(_finding(fixed, patch * block, f"the next {count:,} token samples are those after a reset"))
    return golden, findings


def _finding(fixed: FixedDesign, sample: int, evidence: str) -> Finding:
    time_s = sample / fixed.design.converter.rate_hz
    return Finding(kind=Symptom.RESTARTED, where=FindingPlace((), time_s), evidence=evidence)


def _restarted(fixed: FixedDesign, codes: NDArray[np.int32], before: Taps, patch: int) -> Taps:
    after = run_golden(fixed, codes[patch * fixed.design.patch_samples :]).taps
    return concatenate_taps([before.first_patches(patch), after])


def _differs(golden: Taps, run: DeviceRun, patches: slice) -> NDArray[np.bool_]:
    """Return whether each token arrived and differs: bool [patches, channels, bands]."""
    received = True if run.received is None else run.received[patches]
    differs: NDArray[np.bool_] = (golden.tokens[patches] != run.tokens[patches]).any(axis=-1) & received
    return differs


def _equal(golden: Taps, run: DeviceRun, patches: slice) -> bool:
    return not _differs(golden, run, patches).any()


def _first_difference(golden: Taps, run: DeviceRun) -> int | None:
    common = slice(0, min(len(golden.tokens), len(run.tokens)))
    differs = _differs(golden, run, common).any(axis=(1, 2))
    return int(differs.argmax()) if differs.any() else None
