"""Who watches a paced run, and notes when each frame of samples left and each token arrived."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.tap_records import Segment
from earloop.spec.design import Design
from earloop.spec.messages import Status, Tap


class Arrivals:
    """An observer of `EarbudLink.run`; see `earloop.hil.link.pace.Observer`. All times are the link clock's.

    Attributes
    ----------
    began_s : when the earbud had answered the first START, from which the pace counts; NaN before
    sent_s : float64 [samples], when each sample was handed to the port, the last time that it was; NaN before
    token_s : float64 [patches, channels, bands], when each token had arrived; NaN where it has not
    """

    def __init__(self, design: Design, samples: int) -> None:
        patches = samples // design.patch_samples
        self.began_s = float("nan")
        self.sent_s: NDArray[np.float64] = np.full(samples, np.nan)
        self.token_s: NDArray[np.float64] = np.full((patches, len(design.channels), len(design.bands)), np.nan)

    def begun(self, segment: Segment, at_s: float) -> None:
        """The pace counts from the first; what came of samples of a later segment comes anew."""
        if np.isnan(self.began_s):
            self.began_s = at_s

    def sent(self, first: int, count: int, at_s: float) -> None:
        """Samples that are sent again count from then."""
        self.sent_s[first : first + count] = at_s

    def filed(self, tap: Tap, place: tuple[int, ...], values: NDArray[Any], at_s: float) -> None:
        """Tokens only."""
        if tap is Tap.TOKENS:
            self.token_s[place] = at_s

    def status(self, status: Status, at_s: float) -> None:
        """Says nothing of tokens."""
