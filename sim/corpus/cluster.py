"""A Dask cluster makes the sessions of a corpus: workers that come, go and die."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

from distributed import Client, KilledWorker
from distributed.client import ClosedClientError

from earloop.recordings import Corpus, CorpusError
from earloop.sim.corpus.schedulers import KEPT, Scheduler, through

CONNECT_S = 20.0  # for a scheduler to answer, and for its first worker to come


def on_cluster(address: str) -> Scheduler:
    """The workers of the Dask scheduler at `address`, who see the same file system; one thread each is best.

    A session whose worker dies is made by another.
    """

    def run(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
        with _quiet(), _connected(address) as client:

            def check_workers() -> None:
                if not client.scheduler_info()["workers"]:
                    raise CorpusError(f"{address}: no workers left; {KEPT}")

            path = corpus.path.absolute()
            try:
                in_flight = 2 * sum(client.nthreads().values())
                for index in through(client.get_executor(pure=False), path, indices, in_flight, check_workers):
                    if not corpus.path_of(corpus.plan.sessions[index]).is_dir():
                        raise CorpusError(f"{path}: a worker's session is not to be seen here; all must share its disk")
                    yield index
            except KilledWorker as error:
                raise CorpusError(f"{address}: one session's workers died again and again ({error}); {KEPT}") from None
            except (CancelledError, ClosedClientError, OSError):  # by when it went: waiting, submitting, or asking
                raise CorpusError(f"{address}: the cluster went away; {KEPT}") from None

    return run


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold Dask's log back, which repeats at length what is raised anyway."""
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of a cluster that has a worker."""
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CorpusError(f"{address}: no Dask scheduler answers ({str(error).splitlines()[0]})") from None
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError:
        client.close(timeout=1)
        raise CorpusError(f"{address}: no worker within {CONNECT_S:g} s; start some: dask worker {address}") from None
    try:
        yield client
    finally:
        with suppress(OSError):  # it may be gone: there is no one to say goodbye to
            client.close(timeout=1)
