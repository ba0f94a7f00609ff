"""Measurement of memory in a new process, so that no earlier use counts."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any


def growth_mb(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> float:
    """Return in MB how much a new process grows in one call of the function that `prepare(*arguments)` returns.

    This is its peak minus its memory after the preparation. `prepare` must be a function of a module.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth_mb, (prepare, *arguments))


def _growth_mb(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> float:
    job = prepare(*arguments)
    before = _high_water_mb()
    job()
    return _high_water_mb() - before


def _high_water_mb() -> float:
    """Return the largest memory of this process so far; ru_maxrss would include that of its parent process."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
