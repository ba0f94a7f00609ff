"""Tokens that never came, and in what bursts: a radio that fades loses many at once, a noisy wire one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Loss:
    """Of the tokens in the order in which they are sent.

    bursts : int64 [bursts], tokens lost in a row, each
    """

    tokens: int
    bursts: NDArray[np.int64]

    @property
    def longest(self) -> int:
        """Tokens of the longest burst; 0 where none was lost."""
        return int(self.bursts.max(initial=0))


def loss_of(there: NDArray[np.bool_]) -> Loss:
    """The loss, of bool [patches, channels, bands]: a patch's tokens are sent channel by channel, band by band.

    >>> loss_of(np.array([True, False, False, True, False]).reshape(5, 1, 1)).bursts
    array([2, 1])
    """
    edges = np.diff(np.concatenate([[False], ~there.ravel(), [False]]).astype(np.int8))
    bursts = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    return Loss(int((~there).sum()), bursts)
