"""Who makes the sessions: this process, or processes of this machine; see `earloop.sim.corpus.cluster` for Dask.

A scheduler is a function that is given the corpus and the sessions it lacks, and yields the index of each as it is
finished, in any order. However many there are to make, few are on their way at a time.
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

PATIENCE_S = 60.0  # without a finished session, before one looks whether there are workers left
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
KEPT = "finished sessions are kept: run the same command again to go on"


def in_process(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
    """One after another, here."""
    for index in indices:
        store_session(corpus.path, index)
        yield index


def local_processes(workers: int) -> Scheduler:
    """So many processes of this machine, of one thread each."""

    def run(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
        with processes(workers) as executor:
            try:
                yield from through(executor, corpus.path, indices, 2 * workers)
            except BrokenProcessPool:
                raise CorpusError(
                    f"{corpus.path}: a worker process died, perhaps of too little memory; {KEPT}"
                ) from None

    return run


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """So many processes of one thread each, that end with this one; what they have not begun is dropped at the end."""
    spawn = multiprocessing.get_context("spawn")  # what is forked shares locks and threads with its parent
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin_worker) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def through(
    executor: Executor,
    path: Path,
    indices: Sequence[int],
    in_flight: int,
    check_workers: Callable[[], None] | None = None,
) -> Iterator[int]:
    """Every index through `store_session`, `in_flight` at a time, as they are finished."""
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


def _begin_worker() -> None:
    """A worker ends when its parent does, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile compute with one thread: more of them would only be in each other's way."""
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
