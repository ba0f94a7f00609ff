"""How much memory things take, measured in a fresh process so that nothing before them counts."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any


def growth_mb(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> float:
    """How much a fresh process grows by one call of what `prepare(*arguments)` returns, in MB.

    That is its peak less what it was with all prepared. `prepare` stands at the top of a module.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth_mb, (prepare, *arguments))


def _growth_mb(prepare: Callable[..., Callable[[], Any]], *arguments: Any) -> float:
    job = prepare(*arguments)
    before = _high_water_mb()
    job()
    return _high_water_mb() - before


def _high_water_mb() -> float:
    """The most memory that this process has held; unlike ru_maxrss it knows nothing of the process that began it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
