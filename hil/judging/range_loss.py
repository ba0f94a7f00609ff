"""Stretches in which a signal exceeded the range of the word lengths: the bands, and the time until they recovered.

This is no fault of a device, because every right device does the same. But the tokens are not reliable there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.sqnr import band_noise_uv
from earloop.hil.judging.yardstick import Yardstick
from earloop.spec.fixed import FixedDesign
from earloop.spec.reference import FloatTaps

APART_S = 1.0  # excursions closer than this count as one


@dataclass(frozen=True, kw_only=True)
class RangeLoss:
    """An excursion of one channel beyond the range.

    bands : the bands that exceeded their range
    begins_s, lasts_s : begin and duration, from the first to the last tick at which one of them saturated
    recovered_s : time from then until all bands equal those without a range; None if the next excursion or the end
        comes first
    """

    channel: str
    bands: tuple[str, ...]
    begins_s: float
    lasts_s: float
    recovered_s: float | None

    def __str__(self) -> str:
        which = self.bands[0] if len(self.bands) == 1 else f"{len(self.bands)} bands"
        recovered = "not recovered" if self.recovered_s is None else f"recovered after {self.recovered_s:.1f} s"
        return (
            f"{self.channel} beyond the range of {which} for {self.lasts_s:.1f} s at {self.begins_s:.1f} s, {recovered}"
        )


def range_losses(fixed: FixedDesign, floats: FloatTaps, yardstick: Yardstick) -> list[RangeLoss]:
    """Return every excursion, sorted by channel and time."""
    design = fixed.design
    found = []
    for channel in range(len(design.channels)):
        beyond = yardstick.beyond[:, channel]
        spans = _spans(np.asarray(beyond.any(axis=1)), round(APART_S * design.token_rate_hz))
        for (first, last), (next_first, _) in pairwise([*spans, (len(beyond), 0)]):
            bands = np.flatnonzero(beyond[first : last + 1].any(axis=0))
            found.append(_loss(fixed, floats, yardstick, channel, bands, (first, last, next_first)))
    return found


def _loss(
    fixed: FixedDesign,
    floats: FloatTaps,
    yardstick: Yardstick,
    channel: int,
    bands: NDArray[np.intp],
    ticks: tuple[int, int, int],
) -> RangeLoss:
    design, (first, last, next_first) = fixed.design, ticks
    rate_hz = design.token_rate_hz
    after = slice(last + 1, next_first)
    difference = np.abs(yardstick.bands[after, channel] - floats.bands[after, channel])[:, bands]
    still = np.flatnonzero((difference > _negligible(fixed)[bands]).any(axis=1))
    until = int(still[-1]) + 1 if len(still) else 0
    is_back = until < next_first - (last + 1)
    return RangeLoss(
        channel=design.channels[channel],
        bands=tuple(design.band_names[i] for i in bands),
        begins_s=first / rate_hz,
        lasts_s=(last + 1 - first) / rate_hz,
        recovered_s=until / rate_hz if is_back else None,
    )


def _negligible(fixed: FixedDesign) -> NDArray[np.float64]:
    """Return the negligible difference of each band, in codes: a token step, or the amplifier's noise in the band."""
    design = fixed.design
    noise_uv = np.array([band_noise_uv(design, band) for band in design.bands])
    return np.asarray(np.maximum(noise_uv, np.array(fixed.token_lsb_uv)) / design.converter.lsb_uv)


def _spans(beyond: NDArray[np.bool_], apart: int) -> list[tuple[int, int]]:
    """Return first and last index of each run of true values; runs at most `apart` from each other count as one."""
    places = np.flatnonzero(beyond)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > apart)
    firsts = places[np.concatenate([[0], breaks + 1])]
    lasts = places[np.concatenate([breaks, [len(places) - 1]])]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
