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


def yardstick_of(fixed: FixedDesign, golden: GoldenRun, floats: FloatTaps, begins: Sequence[int]) -> Yardstick:
    """The yardstick of a run that began anew at each of these samples, the first of which is 0."""
    from earloop.spec.railed import RailedBands

    ticks = [fixed.design.ticks_in(begin) for begin in begins[1:]]
    runs = [RailedBands(fixed).push(part) for part in np.split(golden.taps.decimated, ticks)]
    railed = np.concatenate([run.bands for run in runs])
    went_beyond = np.concatenate([np.logical_or.accumulate(run.beyond, axis=0) for run in runs])
    beyond = np.concatenate([run.beyond for run in runs])
    return Yardstick(np.where(went_beyond, railed, floats.bands), beyond)
