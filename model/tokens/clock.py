"""When a token sample was: seconds of the recording to ticks of its stream and back.

The decimator has linear phase, so that everything comes out of it later by half its length, 125 ms in the reference
design. Where labels are laid on tokens that is taken off. What the band filters add differs from frequency to frequency
and stays: a causal tokenizer cannot know better.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design


def decimator_delay_s(design: Design) -> float:
    """How long before its newest sample the middle of the decimator's window lies."""
    taps = design.decimator.taps if design.decimator.factor > 1 else 1
    return (taps - 1) / 2 / design.converter.rate_hz


def tick_at(design: Design, time_s: NDArray[np.floating[Any]] | float) -> NDArray[np.int64]:
    """The tick, int64 of the shape of `time_s`, in whose middle lies what happened at that second of the recording."""
    newest_s = np.asarray(time_s, np.float64) + decimator_delay_s(design)
    first_s = design.newest_sample(0) / design.converter.rate_hz
    return np.asarray(np.rint((newest_s - first_s) * design.token_rate_hz), np.int64)


def time_of(design: Design, tick: NDArray[np.integer[Any]] | int) -> NDArray[np.float64]:
    """The second of the recording, float64 of the shape of `tick`, that stands in the middle of a tick."""
    first_s = design.newest_sample(0) / design.converter.rate_hz
    return np.asarray(np.asarray(tick) / design.token_rate_hz + first_s - decimator_delay_s(design), np.float64)
