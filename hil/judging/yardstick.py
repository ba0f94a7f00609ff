"""What every band is measured against: the float path, and beyond the range of its words the float path with rails.

Up to the first moment at which a band goes beyond its range, the yardstick is `earloop.spec.reference`, unquantised in
all. From there on, until the device begins anew, it is `earloop.spec.railed`, which hits the same rails at the same
samples: what the filters remember of a saturation is then no error of anybody's arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.golden import GoldenRun
from earloop.spec.fixed import FixedDesign
from earloop.spec.reference import FloatTaps


@dataclass(frozen=True)
class Yardstick:
    """Arrays of shape [ticks, channels, bands].

    bands : float64, in codes, what each band is measured against
    beyond : bool, where a band, or the input before it, would have gone beyond its word
    """

    bands: NDArray[np.float64]
    beyond: NDArray[np.bool_]


class RunningYardstick:
    """The yardstick of a device that began at a reset, block by block."""

    def __init__(self, fixed: FixedDesign) -> None:
        from earloop.spec.railed import RailedBands

        self._railed = RailedBands(fixed)
        self._went_beyond = np.zeros((len(fixed.design.channels), len(fixed.design.bands)), bool)

    def push(self, decimated: NDArray[np.int32], float_bands: NDArray[np.float64]) -> Yardstick:
        """The yardstick of the next ticks.

        Parameters
        ----------
        decimated : int32 [ticks, channels], the golden model's
        float_bands : float64 [ticks, channels, bands], those of the float path, in codes
        """
        railed = self._railed.push(decimated)
        went_beyond = self._went_beyond | np.logical_or.accumulate(railed.beyond, axis=0)
        if len(went_beyond):
            self._went_beyond = went_beyond[-1]
        return Yardstick(np.where(went_beyond, railed.bands, float_bands), railed.beyond)


def yardstick_of(fixed: FixedDesign, golden: GoldenRun, floats: FloatTaps, starts: Sequence[int]) -> Yardstick:
    """The yardstick of a run that restarted at each of these samples, the first of which is 0."""
    ticks = [fixed.design.ticks_in(start) for start in starts[1:]]
    parts = zip(np.split(golden.taps.decimated, ticks), np.split(floats.bands, ticks), strict=True)
    runs = [RunningYardstick(fixed).push(decimated, float_bands) for decimated, float_bands in parts]
    return Yardstick(np.concatenate([run.bands for run in runs]), np.concatenate([run.beyond for run in runs]))
