"""How long things take, measured so that they can be compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def median_seconds(*functions: Callable[[], Any], rounds: int) -> tuple[float, ...]:
    """Median seconds of each function, called in turn `rounds` times, so that a slow spell of the machine hits all.

    One more round goes first, unmeasured: it compiles what is compiled on first use, and warms the caches.
    """
    taken: list[list[float]] = [[] for _ in functions]
    for round_ in range(rounds + 1):
        for function, seconds in zip(functions, taken, strict=True):
            started = time.perf_counter()
            function()
            if round_:
                seconds.append(time.perf_counter() - started)
    return tuple(median(seconds) for seconds in taken)
