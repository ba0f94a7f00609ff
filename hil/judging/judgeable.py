"""Criteria on the input: of an input that says nothing of the device, a pass would say nothing either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.criterion import Criterion, CriterionState, count_criterion, state_of
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


def flat_channels(design: Design, counts: InputCounts, limits: Tolerances) -> Criterion:
    """How many channels are flat."""
    flat = [
        f"{name} is flat: all of its {counts.samples:,} samples are {low}"
        for name, low, high in zip(design.channels, counts.lowest, counts.highest, strict=True)
        if counts.samples and low == high
    ]
    limit = limits.flat_channels
    too_many = flat if len(flat) > limit else []
    why = tuple(f"{each}; {limit} channels may be (flat_channels in a plan's tolerances)" for each in too_many)
    return count_criterion(
        name=f"{limit} flat channels at most",
        measure="flat channels",
        found=len(flat),
        limit=limit,
        unit="channels",
        why=why,
        if_not=CriterionState.NOT_JUDGED,
    )


def railed_share(design: Design, counts: InputCounts, limits: Tolerances) -> Criterion:
    """How much of its samples the worst channel has at the converter's rails."""
    shares, limit = counts.at_rails / max(1, counts.samples), limits.railed_share
    why = tuple(
        f"{name} is at the converter's rails in {share:.1%} of its samples; at most {limit:.1%} "
        "may be (railed_share in a plan's tolerances)"
        for name, share in zip(design.channels, shares, strict=True)
        if share > limit
    )
    return Criterion(
        name=f"{limit:.1%} of a channel's samples at the converter's rails at most",
        measure="samples at the rails",
        found=float(shares.max()),
        limit=limit,
        unit="share",
        found_words=f"{shares.max():.1%}",
        limit_words=f"{limit:.1%}",
        state=state_of(why, if_not=CriterionState.NOT_JUDGED),
        why=why,
    )


def bands_untold(design: Design, qualities: Sequence[BandQuality]) -> Criterion:
    """How many bands the input, or the design's words, say nothing of."""
    by_band = [_why_untold(design, quality) for quality in qualities]
    count, why = sum(map(bool, by_band)), tuple(line for lines in by_band for line in lines)
    return count_criterion(
        name="every band can be judged",
        measure="bands not judged",
        found=count,
        limit=0,
        unit="bands",
        why=why,
        if_not=CriterionState.NOT_JUDGED,
    )


def _why_untold(design: Design, quality: BandQuality) -> list[str]:
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
