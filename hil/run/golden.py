"""The golden model over a whole recording, with what a comparison needs to know beside its taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.device import Advance
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps, concatenate_taps


@dataclass(frozen=True)
class GoldenRun:
    """Every tap, and int64 [channels, bands] of token samples that clipped."""

    taps: Taps
    saturated_tokens: NDArray[np.int64]


def run_golden(fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance = lambda samples: None) -> GoldenRun:
    """Run codes, int32 [samples, channels], a second at a time."""
    from earloop.spec.golden import GoldenTokenizer

    golden = GoldenTokenizer(fixed)
    second = fixed.design.converter.rate_hz
    parts = []
    for start in range(0, len(codes), second):
        parts.append(golden.push(codes[start : start + second]))
        advance(min(start + second, len(codes)))
    return GoldenRun(concatenate_taps(parts), golden.saturated_tokens)


def run_golden_anew(fixed: FixedDesign, codes: NDArray[np.int32], begins: Sequence[int]) -> GoldenRun:
    """As `run_golden`, from reset at each of these samples, which are whole patches apart and begin with 0."""
    runs = [run_golden(fixed, part) for part in np.split(codes, begins[1:])]
    return GoldenRun(
        concatenate_taps([run.taps for run in runs]), np.sum([run.saturated_tokens for run in runs], axis=0)
    )
