"""Schedulers that generate sessions in this process, or in processes of this machine.

`earloop.sim.corpus.cluster` has one for Dask. A scheduler is a function of the corpus and the missing sessions. It
yields the index of each session when that is finished, in any order. Only a few sessions are in progress at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from earloop.recordings import Corpus, CorpusError
from earloop.sim.corpus.session import store_session
from earloop.system.worker_processes import processes

Scheduler = Callable[[Corpus, Sequence[int]], Iterator[int]]
"""A function that generates the sessions of a corpus with these indices, and yields each index when its session is
finished.
"""

PATIENCE_S = 60.0  # without a finished session for so long, the scheduler checks for workers
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
