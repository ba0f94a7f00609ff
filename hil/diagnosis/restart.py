"""Did the device begin anew in mid-stream? The golden model, begun anew at the same patch, then says what it says.

That is a proof and no estimate: of two patches some thousand token samples are equal bit for bit. A device that tells
its restarts is believed, and held to them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.finding import Finding, Place, Symptom
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps, concatenate_taps

_PROVEN = 2  # patches that are equal
_MOST = 16  # restarts that are looked for in one run


def split_at_restarts(
    fixed: FixedDesign, codes: NDArray[np.int32], golden: Taps, run: DeviceRun
) -> tuple[Taps, list[Finding]]:
    """What the golden model says when it begins anew wherever the device did, and each of these places."""
    block = fixed.design.patch_samples
    findings: list[Finding] = []
    for sample in run.restarts:
        golden = _begun_anew(fixed, codes, golden, sample // block)
        findings.append(_finding(fixed, sample, "the earbud says so"))
    while len(findings) < _MOST and (patch := _first_difference(golden, run)) is not None:
        anew = _begun_anew(fixed, codes, golden, patch)
        proof = slice(patch, min(patch + _PROVEN, len(run.tokens), len(anew.tokens)))
        if not patch or not _equal(anew, run, proof):
            break
        golden = anew
        count = golden.tokens[proof].size
        findings.append(_finding(fixed, patch * block, f"{count:,} token samples from there on are those of a reset"))
    return golden, findings


def _finding(fixed: FixedDesign, sample: int, evidence: str) -> Finding:
    time_s = sample / fixed.design.converter.rate_hz
    return Finding(Symptom.RESTARTED, Place((), time_s), f"began anew: {evidence}")


def _begun_anew(fixed: FixedDesign, codes: NDArray[np.int32], before: Taps, patch: int) -> Taps:
    after = run_golden(fixed, codes[patch * fixed.design.patch_samples :]).taps
    return concatenate_taps([before.first_patches(patch), after])


def _differs(golden: Taps, run: DeviceRun, patches: slice) -> NDArray[np.bool_]:
    """Bool [patches, channels, bands]: tokens that came and are others."""
    received = True if run.received is None else run.received[patches]
    differs: NDArray[np.bool_] = (golden.tokens[patches] != run.tokens[patches]).any(axis=-1) & received
    return differs


def _equal(golden: Taps, run: DeviceRun, patches: slice) -> bool:
    return not _differs(golden, run, patches).any()


def _first_difference(golden: Taps, run: DeviceRun) -> int | None:
    common = slice(0, min(len(golden.tokens), len(run.tokens)))
    differs = _differs(golden, run, common).any(axis=(1, 2))
    return int(differs.argmax()) if differs.any() else None
