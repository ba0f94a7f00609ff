"""Tokens that never arrived, and their bursts: a radio that fades loses many at once, a noisy wire one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LostTokens:
    """Lost tokens, and their bursts in the order of sending.

    tokens : number of lost tokens
    bursts : int64 [bursts], number of tokens lost in a row in each burst
    """

    tokens: int
    bursts: NDArray[np.int64]

    @property
    def longest(self) -> int:
        """Number of tokens in the longest burst; 0 where none was lost."""
        return int(self.bursts.max(initial=0))


def loss_of(received: NDArray[np.bool_]) -> LostTokens:
    """Count lost tokens in bool [patches, channels, bands], in the order of sending: by patch, channel, band.

    >>> loss_of(np.array([True, False, False, True, False]).reshape(5, 1, 1)).bursts
    array([2, 1])
    """
    edges = np.diff(np.concatenate([[False], ~received.ravel(), [False]]).astype(np.int8))
    bursts = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    return LostTokens(int((~received).sum()), bursts)
