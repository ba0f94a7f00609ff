"""Schedulers that generate sessions in this process, or in processes of this machine.

`earloop.sim.corpus.cluster` has one for Dask. A scheduler is a function of the corpus and the missing sessions. It
yields the index of each session when that is finished, in any order. Only a few sessions are in progress at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from earloop.recordings import Corpus, CorpusError
from earloop.sim.corpus.session import store_session

Scheduler = Callable[[Corpus, Sequence[int]], Iterator[int]]

PATIENCE_S = 60.0  # without a finished session for so long, the scheduler checks for workers
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
KEPT = "finished sessions are kept: run the same command again to continue"


def in_process(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
    """Generate sessions one after another in this process."""
    for index in indices:
        store_session(corpus.path, index)
        yield index


def local_processes(workers: int) -> Scheduler:
    """Return a scheduler that uses `workers` processes of this machine, with one thread each."""

    def run(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
        with processes(workers) as executor:
            try:
                yield from run_sessions(executor, corpus.path, indices, 2 * workers)
            except BrokenProcessPool:
                raise CorpusError(
                    f"{corpus.path}: a worker process died, perhaps because of too little memory; {KEPT}"
                ) from None

    return run


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Open an executor of processes with one thread each, which end with this one.

    At the end, work that has not started is cancelled.
    """
    spawn = multiprocessing.get_context("spawn")  # a forked process would share its parent's locks
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=spawn, initializer=_start_worker) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def run_sessions(
    executor: Executor,
    path: Path,
    indices: Sequence[int],
    in_flight: int,
    check_workers: Callable[[], None] | None = None,
) -> Iterator[int]:
    """Run `store_session` for every index, `in_flight` at a time; yields each index when it is finished."""
    waiting = iter(indices)
    pending: dict[Future[None], int] = {}
    while True:
        for index in waiting:
            pending[executor.submit(store_session, str(path), index)] = index
            if len(pending) == in_flight:
                break
        if not pending:
            return
        finished, _ = wait(pending, PATIENCE_S if check_workers else None, FIRST_COMPLETED)
        if not finished and check_workers:
            check_workers()
        for future in finished:
            future.result()
            yield pending.pop(future)


def _start_worker() -> None:
    """Prepare a worker process: it ends with its parent, and leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start meanwhile compute with one thread, so that they do not compete for the cores."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
