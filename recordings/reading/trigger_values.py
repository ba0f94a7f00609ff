"""Trigger channels by their names, and the idle values of triggers, for every format.

A file does not say which value is idle. It is 0 if 0 occurs at all; otherwise it is a value that lasts for more than
half of the time and returns, such as the 255 of inputs that are pulled up.
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
    """Return the idle values other than 0.

    Parameters
    ----------
    values : float64 [runs], none of which equals the one before it
    lengths : number of samples of each run
    """
    if 0.0 in values:
        return ()
    known, which = np.unique(values, return_inverse=True)
    totals, runs = np.bincount(which, weights=lengths), np.bincount(which)
    return tuple(known[(2 * totals > lengths.sum()) & (runs > 1)].tolist())


def idle_note(name: str, idle: Sequence[float]) -> str:
    """Return a sentence about idle values; empty if there are none."""
    values = " or ".join(f"{value:.0f}" if float(value).is_integer() else f"{value:g}" for value in idle)
    return f"{name} is {values} when idle; this value is not an event" if idle else ""
