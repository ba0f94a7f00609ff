"""The latency of tokens over the last seconds, from sending their last sample to their arrival."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 10.0
BINS = 24  # number of bins of the histogram


@dataclass(frozen=True, kw_only=True)
class LatencyFigures:
    """The latencies of `count` tokens in milliseconds; percentiles are NaN without tokens.

    edges_ms : float64 [BINS + 1], edges of the histogram, from 0 to the longest latency
    counts : int64 [BINS], number of tokens per bin
    """

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float
    edges_ms: NDArray[np.float64]
    counts: NDArray[np.int64]


class LatencyWindow:
    """The latencies of the last `WINDOW_S` seconds before the newest arrival."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, float]] = deque()

    def add(self, left_s: float, arrived_s: float) -> None:
        """Add a token: when its last sample was sent, and when it arrived, in s."""
        self._kept.append((arrived_s, arrived_s - left_s))
        while self._kept[0][0] < arrived_s - WINDOW_S:
            self._kept.popleft()

    def figures(self) -> LatencyFigures:
        """Return the figures of the window."""
        values = 1e3 * np.array([latency for _, latency in self._kept])
        p50, p95, p99, longest = np.percentile(values, [50, 95, 99, 100]) if len(values) else [np.nan] * 4
        counts, edges = np.histogram(values, BINS, (0.0, max(longest, 1e-3) if len(values) else 1.0))
        return LatencyFigures(
            count=len(values),
            p50_ms=float(p50),
            p95_ms=float(p95),
            p99_ms=float(p99),
            longest_ms=float(longest),
            edges_ms=edges,
            counts=counts,
        )
