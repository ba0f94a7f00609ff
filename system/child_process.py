"""Child processes that end with their parent, also when Ctrl-C or `kill -9` ends the parent.

On Linux the kernel kills the child when its parent ends (PR_SET_PDEATHSIG, prctl(2)). util-linux's `setpriv` requests
that and then executes the program. For the kernel, the parent is the *thread* that started the child. Therefore one
thread, which lives as long as the process, starts all children. On other systems a child is started normally.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import IO, Any, AnyStr


def start_child(command: Sequence[str], *, one_core: bool = False, **options: Any) -> subprocess.Popen[bytes]:
    """Start a program that is killed when this process ends.

    Parameters
    ----------
    command : the program, by its path, and its arguments
    one_core : keep all of its threads on one core, drawn at random from those that this thread may use
    options : options of `subprocess.Popen`

    Raises
    ------
    OSError
        There is no such program, or it cannot be run.
    """
    if shutil.which(command[0]) is None:  # otherwise `setpriv` would start, and fail later
        raise FileNotFoundError(f"{command[0]}: no such program")
    cores = _cores()
    chosen = {random.choice(sorted(cores))} if one_core and cores else cores

    def start() -> subprocess.Popen[bytes]:
        with _on(chosen):
            return subprocess.Popen([*_killed_with_parent(), *command], **options)

    return _starter(os.getpid()).submit(start).result()


@cache
def _starter(pid: int) -> ThreadPoolExecutor:
    """Return the thread that starts the children of a process; a forked process needs its own, hence the argument."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="start-child")


@cache
def _killed_with_parent() -> tuple[str, ...]:
    """Return the prefix of a command that the kernel kills with its parent; empty if the system does not support it."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return ()
    prefix = (setpriv, "--pdeathsig", "KILL")
    trial = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # BusyBox's lacks this option
    return prefix if trial.returncode == 0 else ()


def pipe(stream: IO[AnyStr] | None) -> IO[AnyStr]:
    """The stream of a child that was started with a pipe in that stream's place.

    Raises
    ------
    ValueError
        It was started without one.
    """
    if stream is None:
        raise ValueError("the child was started without a pipe for this stream")
    return stream


def _cores() -> set[int]:
    """Return the cores that this thread may use; empty if the system does not say."""
    return set(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else set()


@contextmanager
def _on(cores: set[int]) -> Iterator[None]:
    """Keep this thread, and the processes that it starts, on these cores meanwhile."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
