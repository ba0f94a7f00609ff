"""Measurement of durations for a comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def median_seconds(*functions: Callable[[], Any], rounds: int) -> tuple[float, ...]:
    """Return the median seconds of each function; they are called in turn, so that a slow period affects all.

    A first round is not measured: it compiles what is compiled on first use, and fills the caches.
    """
    durations: list[list[float]] = [[] for _ in functions]
    for round_ in range(rounds + 1):
        for function, seconds in zip(functions, durations, strict=True):
            started = time.perf_counter()
            function()
            if round_:
                seconds.append(time.perf_counter() - started)
    return tuple(median(seconds) for seconds in durations)
