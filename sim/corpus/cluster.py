"""A scheduler that generates the sessions of a corpus on a Dask cluster, whose workers may come and go."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

from distributed import Client, KilledWorker
from distributed.client import ClosedClientError

from earloop.recordings import Corpus, CorpusError
from earloop.sim.corpus.schedulers import KEPT, Scheduler, run_sessions

CONNECT_S = 20.0  # limit for a scheduler's answer, and for its first worker


def on_cluster(address: str) -> Scheduler:
    """Return a scheduler that uses the workers of the Dask scheduler at `address`.

    The workers must share this machine's file system; one thread for each is best. If a worker dies, another one
    generates its session.
    """

    def run(corpus: Corpus, indices: Sequence[int]) -> Iterator[int]:
        with _quiet(), _connected(address) as client:

            def check_workers() -> None:
                if not client.scheduler_info()["workers"]:
                    raise CorpusError(f"{address}: no workers left; {KEPT}")

            path = corpus.path.absolute()
            try:
                in_flight = 2 * sum(client.nthreads().values())
                for index in run_sessions(client.get_executor(pure=False), path, indices, in_flight, check_workers):
                    if not corpus.path_of(corpus.plan.sessions[index]).is_dir():
                        raise CorpusError(
                            f"{path}: a session of a worker is not in this folder; "
                            "this machine and all workers must share its file system"
                        )
                    yield index
            except KilledWorker as error:
                raise CorpusError(f"{address}: the workers of one session died repeatedly ({error}); {KEPT}") from None
            except (CancelledError, ClosedClientError, OSError):  # while waiting, submitting, or asking for workers
                raise CorpusError(f"{address}: the connection to the cluster was lost; {KEPT}") from None

    return run


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress Dask's log, which repeats the raised errors at length."""
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """Connect to a cluster that has a worker."""
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
        with suppress(OSError):  # the cluster may be gone
            client.close(timeout=1)
