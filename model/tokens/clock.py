"""Conversion between seconds of a recording and ticks of its stream.

The decimator has linear phase and delays every frequency by half its length, 125 ms in the reference design. This delay
is subtracted where labels are aligned with tokens. The delay of the band filters depends on the frequency and is not
corrected.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design


def decimator_delay_s(design: Design) -> float:
    """Return the decimator's delay in seconds: from the middle of its window to the newest sample."""
    taps = design.decimator.taps if design.decimator.factor > 1 else 1
    return (taps - 1) / 2 / design.converter.rate_hz


def tick_at(design: Design, time_s: NDArray[np.floating[Any]] | float) -> NDArray[np.int64]:
    """Return the tick, int64 of the shape of `time_s`, whose middle is at that second of the recording."""
    newest_s = np.asarray(time_s, np.float64) + decimator_delay_s(design)
    first_s = design.newest_sample(0) / design.converter.rate_hz
    return np.asarray(np.rint((newest_s - first_s) * design.token_rate_hz), np.int64)


def time_of(design: Design, tick: NDArray[np.integer[Any]] | int) -> NDArray[np.float64]:
    """Return the second of the recording, float64 of the shape of `tick`, at the middle of a tick."""
    first_s = design.newest_sample(0) / design.converter.rate_hz
    return np.asarray(np.asarray(tick) / design.token_rate_hz + first_s - decimator_delay_s(design), np.float64)
