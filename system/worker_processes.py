"""Processes that work for this one, with one thread each: they end with it, and leave Ctrl-C to it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.synchronize import Lock
from typing import Any

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def processes(workers: int, prepare: Callable[..., None] | None = None, *given: Any) -> Iterator[Executor]:
    """Open an executor of processes with one thread each, which end with this one.

    At the end, work that has not started is cancelled; after an error or Ctrl-C, what they do is abandoned, too.

    Parameters
    ----------
    prepare : called once in each process, with `given`
    """
    spawn = _Spawn()
    with (
        _one_thread_each(),
        _sent(workers, (prepare, given), spawn) as letter,
        _Workers(workers, mp_context=spawn, initializer=_start_worker, initargs=letter) as executor,
    ):
        try:
            yield executor
        except BaseException:
            spawn.kill()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


class _Spawn(SpawnContext):
    """Starts new processes, since a forked one would share its parent's locks; knows those that it has started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]
        """Return a process that `kill` will know."""
        self.started.append(SpawnProcess(*args, **kwargs))
        return self.started[-1]

    def kill(self) -> None:
        """End every process that runs, whatever it does."""
        for process in self.started:
            if process.pid is not None:
                process.kill()


class _Workers(ProcessPoolExecutor):
    """Its processes never see Ctrl-C, not even while they start and import."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit work; a process that starts for it inherits that Ctrl-C is blocked."""
        resource_tracker.ensure_running()  # where it is not, its start would unblock Ctrl-C
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _sent(workers: int, content: tuple[Any, ...], spawn: _Spawn) -> Iterator[tuple[Connection, Lock]]:
    """Send the same content to each worker; yield what it receives it with, and the turn to do so.

    Were it among the arguments of a process, the start would last until that process has imported everything.
    """
    receiver, sender = spawn.Pipe(duplex=False)
    thread = threading.Thread(target=_send, args=(sender, pickle.dumps(content), workers), daemon=True)
    thread.start()
    try:
        yield receiver, spawn.Lock()
    finally:
        receiver.close()  # where nobody receives, sending fails
        thread.join()
        sender.close()


def _send(sender: Connection, content: bytes, workers: int) -> None:
    try:
        for _ in range(workers):
            sender.send_bytes(content)
    except OSError:
        return


def _start_worker(receiver: Connection, turn: Lock) -> None:
    """Prepare a worker process, which ends with its parent."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with turn:
        content = receiver.recv_bytes()
    prepare, given = pickle.loads(content)
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
