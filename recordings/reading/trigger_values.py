"""Which channels hold triggers, by their names, and which of their values mean that nothing happens, in every format.

Which value that is the file does not say. It is 0 where 0 stands anywhere; else a value that stands for more than half
of the time and comes back, such as the 255 of inputs that are pulled up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TRIGGER_NAME = re.compile(
    r"((eeg|exg)[ _])?(status|sti|stim(ul(i|us|ation))?s?|trig(ger)?s?|trg|markers?|mkr|events?|evt|elements"
    r"|annotations?|din|digital[ _]?in(put)?)"
    r"([ _-]?(channel|code|id|value|type|label|name|event|marker|trigger|stream))*[ _-]?\d*",
    re.IGNORECASE,
)


def idle_values(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> tuple[float, ...]:
    """Values other than 0 that mean that nothing happens.

    Parameters
    ----------
    values : float64 [runs], none of which equals the one before it
    lengths : for how many samples each stands
    """
    if 0.0 in values:
        return ()
    known, which = np.unique(values, return_inverse=True)
    stands, runs = np.bincount(which, weights=lengths), np.bincount(which)
    return tuple(known[(2 * stands > lengths.sum()) & (runs > 1)].tolist())


def idle_note(name: str, idle: Sequence[float]) -> str:
    """A sentence on values that mean that nothing happens; empty where there are none."""
    values = " or ".join(f"{value:.0f}" if float(value).is_integer() else f"{value:g}" for value in idle)
    return f"{name} stands at {values} where nothing triggers; that is no event" if idle else ""
