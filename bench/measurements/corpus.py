"""Corpora: the speed of their synthesis, their size on the disk, and memory that does not grow with their length."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from pathlib import Path

from bench.table import ResultRow
from earloop.recordings import CorpusPlan
from earloop.sim.corpus import Scheduler, generate, in_process, local_processes, plan_corpus
from earloop.spec.design import load_design
from earloop.synth_data import load_scenario

NEEDS = ()
SESSION_S = 300
SESSIONS = 12
SHORT_S = 30  # length of the sessions whose memory is traced, which is slow


def measure() -> list[ResultRow]:
    """Measure the speed with one and two processes, bytes per hour, and the peak of memory for two lengths."""
    alone, size = _make(_plan(SESSIONS, SESSION_S), in_process, 1)
    both, _ = _make(_plan(SESSIONS, SESSION_S), local_processes(2), 2)
    what = f"Corpus of {SESSIONS} sessions of {SESSION_S} s"
    as_int32 = len(load_design().channels) * 4 * load_design().converter.rate_hz * 3600 / 1e6
    _peak(1)  # fills the caches of the libraries
    return [
        ResultRow(
            what=f"{what}, in one process", value=alone, unit="x real time", against="recording, 1 x", at_least=1.0
        ),
        ResultRow(
            what=f"{what}, in two processes once they run",
            value=both,
            unit="x real time",
            against="one process, in the row above",
        ),
        ResultRow(
            what=f"{what}, size",
            value=size * 3600 / SESSIONS / SESSION_S / 1e6,
            unit="MB an hour",
            against=f"{as_int32:g} as int32",
        ),
        ResultRow(
            what="Corpus, peak of memory, 4 x as long",
            value=_peak(8) / _peak(2),
            unit="x",
            against="2 sessions in place of 8",
            at_most=1.1,
        ),
    ]


def _plan(sessions: int, session_s: int) -> CorpusPlan:
    scenario = load_scenario("free-living")
    return plan_corpus(load_design(), scenario, hours=sessions * session_s / 3600, longest_s=session_s)


def _make(plan: CorpusPlan, scheduler: Scheduler, workers: int) -> tuple[float, int]:
    """Return the speed, times real time, after each worker's first session, and the bytes on the disk."""
    progress: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.zarr"
        generate(plan, path, scheduler, lambda seconds: progress.append((time.perf_counter(), seconds)))
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    (started, before), (ended, after) = progress[workers], progress[-1]
    return (after - before) / (ended - started), size


def _peak(sessions: int) -> int:
    """Return the peak of memory in bytes."""
    tracemalloc.start()
    try:
        _make(_plan(sessions, SHORT_S), in_process, 0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
