"""The reference of every band: the float path, and after a saturation the float path with rails.

Until a band first exceeds its range, the yardstick is `earloop.spec.reference`, without any quantisation. From then on,
until the device restarts, it is `earloop.spec.railed`, which saturates at the same samples. So the after-effect of a
saturation in the filters does not count as an error of the arithmetic.
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
    """The reference values; arrays of shape [ticks, channels, bands].

    bands : float64, in codes, the reference of each band
    beyond : bool, whether a band, or the input before it, exceeds its word length
    """

    bands: NDArray[np.float64]
    beyond: NDArray[np.bool_]


class RunningYardstick:
    """The yardstick of a device from reset on, block by block."""

    def __init__(self, fixed: FixedDesign) -> None:
        from earloop.spec.railed import RailedBands

        self._railed = RailedBands(fixed)
        self._went_beyond = np.zeros((len(fixed.design.channels), len(fixed.design.bands)), bool)

    def push(self, decimated: NDArray[np.int32], float_bands: NDArray[np.float64]) -> Yardstick:
        """Return the yardstick of the next ticks.

        Parameters
        ----------
        decimated : int32 [ticks, channels], that of the golden model
        float_bands : float64 [ticks, channels, bands], bands of the float path, in codes
        """
        railed = self._railed.push(decimated)
        went_beyond = self._went_beyond | np.logical_or.accumulate(railed.beyond, axis=0)
        if len(went_beyond):
            self._went_beyond = went_beyond[-1]
        return Yardstick(np.where(went_beyond, railed.bands, float_bands), railed.beyond)


def yardstick_of(fixed: FixedDesign, golden: GoldenRun, floats: FloatTaps, starts: Sequence[int]) -> Yardstick:
    """Return the yardstick of a run with restarts at the samples in `starts`, which begins with 0."""
    ticks = [fixed.design.ticks_in(start) for start in starts[1:]]
    parts = zip(np.split(golden.taps.decimated, ticks), np.split(floats.bands, ticks), strict=True)
    runs = [RunningYardstick(fixed).push(decimated, float_bands) for decimated, float_bands in parts]
    return Yardstick(np.concatenate([run.bands for run in runs]), np.concatenate([run.beyond for run in runs]))
