"""Criteria on the input: with an input that says nothing about the device, a pass would mean nothing."""

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

LEAST_DB = 20.0  # below it the golden model does not represent the band, and the design needs other word lengths


@dataclass(frozen=True, kw_only=True)
class InputCounts:
    """Counts by channel, arrays [channels]: samples at the converter's rails, lowest and highest code."""

    samples: int
    at_rails: NDArray[np.int64]
    lowest: NDArray[np.int64]
    highest: NDArray[np.int64]

    def and_then(self, codes: NDArray[np.int32], design: Design) -> InputCounts:
        """Return the counts with more codes, int32 [samples, channels]."""
        if not len(codes):
            return self
        return InputCounts(
            samples=self.samples + len(codes),
            at_rails=self.at_rails + count_clipped(codes, design.converter),
            lowest=np.minimum(self.lowest, codes.min(axis=0)),
            highest=np.maximum(self.highest, codes.max(axis=0)),
        )


def no_input(channels: int) -> InputCounts:
    """Return the counts before the first sample."""
    none = np.zeros(channels, np.int64)
    return InputCounts(
        samples=0, at_rails=none, lowest=none + np.iinfo(np.int64).max, highest=none + np.iinfo(np.int64).min
    )


def flat_channels(design: Design, counts: InputCounts, limits: Tolerances) -> Criterion:
    """Limit the number of flat channels."""
    flat = [
        f"{name} is flat: all of its {counts.samples:,} samples are {low}"
        for name, low, high in zip(design.channels, counts.lowest, counts.highest, strict=True)
        if counts.samples and low == high
    ]
    limit = limits.flat_channels
    too_many = flat if len(flat) > limit else []
    why = tuple(f"{each}; {limit} channels are allowed (flat_channels in a plan's tolerances)" for each in too_many)
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
    """Limit the share of samples at the converter's rails, in the worst channel."""
    shares, limit = counts.at_rails / max(1, counts.samples), limits.railed_share
    why = tuple(
        f"{name} is at the converter's rails in {share:.1%} of its samples; at most {limit:.1%} "
        "is allowed (railed_share in a plan's tolerances)"
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


def unjudged_bands(design: Design, qualities: Sequence[BandQuality]) -> Criterion:
    """Count the bands about which input or word lengths say too little."""
    by_band = [_why_unjudged(design, quality) for quality in qualities]
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


def _why_unjudged(design: Design, quality: BandQuality) -> list[str]:
    never = [design.channels[i] for i in np.flatnonzero(np.isnan(quality.sqnr_db))]
    poor = [design.channels[i] for i in np.flatnonzero(quality.is_measured & (quality.golden_db < LEAST_DB))]
    reasons = []
    if never:
        reasons.append(f"{quality.band} was never in range on {', '.join(never)}")
    if poor:
        reasons.append(
            f"{quality.band}: even the golden model has an SQNR of {np.nanmin(quality.golden_db):.1f} dB on "
            f"{', '.join(poor)}: the design's word lengths do not fit this band (earloop spec check)"
        )
    return reasons
