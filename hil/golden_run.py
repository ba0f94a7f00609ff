"""The golden model over a whole recording, with what a comparison needs to know beside its taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.device import Advance
from spec.fixed import FixedDesign
from spec.taps import Taps


@dataclass(frozen=True)
class GoldenRun:
    """Every tap, and where the arithmetic hit its rails.

    saturated : bool [blocks, channels, bands], whether a band's filter, or the input before it, saturated in a block of
        one patch
    saturated_tokens : int64 [channels, bands], token samples that clipped
    """

    taps: Taps
    saturated: NDArray[np.bool_]
    saturated_tokens: NDArray[np.int64]


def run_golden(fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance = lambda samples: None) -> GoldenRun:
    """Run codes, int32 [samples, channels], patch by patch."""
    from spec.golden import GoldenTokenizer

    golden = GoldenTokenizer(fixed)
    block = fixed.design.tokens.patch * fixed.design.decimator.factor
    parts, counts = [], []
    for start in range(0, len(codes), block):
        before = golden.saturated_inputs + golden.saturated_bands
        parts.append(golden.push(codes[start : start + block]))
        counts.append(golden.saturated_inputs + golden.saturated_bands > before)
        advance(min(start + block, len(codes)))
    taps = Taps(*(np.concatenate([getattr(part, name) for part in parts]) for name in Taps.__dataclass_fields__))
    return GoldenRun(taps, np.array(counts), golden.saturated_tokens)


def run_golden_anew(fixed: FixedDesign, codes: NDArray[np.int32], begins: Sequence[int]) -> GoldenRun:
    """As `run_golden`, from reset at each of these samples, which are whole patches apart and begin with 0."""
    runs = [run_golden(fixed, part) for part in np.split(codes, begins[1:])]
    taps = Taps(*(np.concatenate([getattr(run.taps, name) for run in runs]) for name in Taps.__dataclass_fields__))
    saturated = np.concatenate([run.saturated for run in runs])
    return GoldenRun(taps, saturated, np.sum([run.saturated_tokens for run in runs], axis=0))
