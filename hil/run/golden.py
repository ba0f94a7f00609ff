"""The golden model over a whole recording: its taps, and the counts that a comparison needs."""

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
    """Every tap, and the number of token samples that clipped, int64 [channels, bands]."""

    taps: Taps
    saturated_tokens: NDArray[np.int64]


def run_golden(fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance = lambda samples: None) -> GoldenRun:
    """Run the golden model on codes, int32 [samples, channels], one second at a time."""
    from earloop.spec.golden import GoldenTokenizer

    golden = GoldenTokenizer(fixed)
    second = fixed.design.converter.rate_hz
    parts = []
    for start in range(0, len(codes), second):
        parts.append(golden.push(codes[start : start + second]))
        advance(min(start + second, len(codes)))
    return GoldenRun(concatenate_taps(parts), golden.saturated_tokens)


def run_golden_from_resets(fixed: FixedDesign, codes: NDArray[np.int32], starts: Sequence[int]) -> GoldenRun:
    """Run the golden model on codes, int32 [samples, channels], from reset at each sample in `starts`.

    `starts` begins with 0; its samples are whole patches apart.
    """
    runs = [run_golden(fixed, part) for part in np.split(codes, starts[1:])]
    return GoldenRun(
        concatenate_taps([run.taps for run in runs]), np.sum([run.saturated_tokens for run in runs], axis=0)
    )
