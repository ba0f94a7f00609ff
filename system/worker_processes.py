"""Processes that work for this one, with one thread each: they end with it, and leave Ctrl-C to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def processes(workers: int, prepare: Callable[..., None] | None = None, *given: Any) -> Iterator[Executor]:
    """Open an executor of processes with one thread each, which end with this one.

    At the end, work that has not started is cancelled.

    Parameters
    ----------
    prepare : called once in each process, with `given`
    """
    spawn = multiprocessing.get_context("spawn")  # a forked process would share its parent's locks
    start = partial(_start_worker, prepare, given)
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=spawn, initializer=start) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _start_worker(prepare: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    """Prepare a worker process: it ends with its parent, and leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*given)


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
