"""Whether a run can be judged at all: of an input that says nothing, a pass would say nothing either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.sqnr import BandQuality
from earloop.hil.judging.tolerances import Tolerances
from earloop.sim.front_end.quantise import count_clipped
from earloop.spec.design import Design

LEAST_DB = 20.0  # below it the golden model is no likeness of the float path, and a design needs other words


@dataclass(frozen=True)
class InputCounts:
    """Of each channel's samples, arrays [channels]: all, those at the converter's rails, the lowest, the highest."""

    samples: int
    at_rails: NDArray[np.int64]
    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]

    def and_then(self, codes: NDArray[np.int32], design: Design) -> InputCounts:
        """With more codes, int32 [samples, channels]."""
        if not len(codes):
            return self
        return InputCounts(
            self.samples + len(codes),
            self.at_rails + count_clipped(codes, design.converter),
            np.minimum(self.lowest, codes.min(axis=0)),
            np.maximum(self.highest, codes.max(axis=0)),
        )


def no_input(channels: int) -> InputCounts:
    """Before the first sample."""
    none = np.zeros(channels, np.int64)
    return InputCounts(0, none, none + np.iinfo(np.int64).max, none + np.iinfo(np.int64).min)


def why_not_judged(
    design: Design, counts: InputCounts, qualities: Sequence[BandQuality], limits: Tolerances
) -> list[str]:
    """Reasons against judging, a line each; none where there is something to judge by."""
    reasons = []
    flat = [
        f"{name} is flat: all of its {counts.samples:,} samples are {low}"
        for name, low, high in zip(design.channels, counts.lowest, counts.highest, strict=True)
        if counts.samples and low == high
    ]
    if len(flat) > limits.flat_channels:
        reasons += [
            f"{each}; {limits.flat_channels} channels may be (flat_channels in a plan's tolerances)" for each in flat
        ]
    for name, at_rails in zip(design.channels, counts.at_rails, strict=True):
        share = at_rails / max(1, counts.samples)
        if share > limits.railed_share:
            reasons.append(
                f"{name} is at the converter's rails in {share:.1%} of its samples; at most {limits.railed_share:.1%} "
                "may be (railed_share in a plan's tolerances)"
            )
    for quality in qualities:
        reasons += _of_band(design, quality)
    return reasons


def _of_band(design: Design, quality: BandQuality) -> list[str]:
    never = [design.channels[i] for i in np.flatnonzero(np.isnan(quality.sqnr_db))]
    unlike = [design.channels[i] for i in np.flatnonzero(quality.is_measured & (quality.golden_db < LEAST_DB))]
    reasons = []
    if never:
        reasons.append(f"{quality.band} was never in range on {', '.join(never)}")
    if unlike:
        reasons.append(
            f"{quality.band}: even the golden model has an SQNR of {np.nanmin(quality.golden_db):.1f} dB on "
            f"{', '.join(unlike)}: the design's words do not hold this band (earloop spec check)"
        )
    return reasons
