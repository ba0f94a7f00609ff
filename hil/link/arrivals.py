"""An observer of a paced run that records when samples left and when tokens arrived."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.tap_records import StreamSegment
from earloop.spec.design import Design
from earloop.spec.messages import Status, Tap


class Arrivals:
    """Records departure and arrival times of a run, by the link's clock; an `earloop.hil.link.pace.Observer`.

    Attributes
    ----------
    began_s : when the earbud answered the first START, the origin of the pace; NaN before
    sent_s : float64 [samples], when each sample was last handed to the port; NaN before
    token_s : float64 [patches, channels, bands], when each token arrived; NaN before
    """

    def __init__(self, design: Design, samples: int) -> None:
        patches = samples // design.patch_samples
        self.began_s = float("nan")
        self.sent_s: NDArray[np.float64] = np.full(samples, np.nan)
        self.token_s: NDArray[np.float64] = np.full((patches, len(design.channels), len(design.bands)), np.nan)

    def started(self, segment: StreamSegment, at_s: float) -> None:
        """Record the start of the first segment only, from which the pace counts."""
        if np.isnan(self.began_s):
            self.began_s = at_s

    def sent(self, first: int, count: int, at_s: float) -> None:
        """Record when samples left; a repeated sample gets the later time."""
        self.sent_s[first : first + count] = at_s

    def filed(self, tap: Tap, place: tuple[int, ...], values: NDArray[Any], at_s: float) -> None:
        """Record when a token arrived; other taps are ignored."""
        if tap is Tap.TOKENS:
            self.token_s[place] = at_s

    def status(self, status: Status, at_s: float) -> None:
        """Ignore the STATUS: it carries no tokens."""
