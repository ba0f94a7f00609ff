"""Child processes that end with their parent, however that one ends: by itself, by Ctrl-C, or by `kill -9`.

On Linux the kernel is asked to kill the child when its parent dies (PR_SET_PDEATHSIG, prctl(2)), by util-linux's
`setpriv`, which then becomes the program. The kernel takes the *thread* that started the child for its parent, so all
children are started by one thread, which lives as long as the process. Elsewhere a child is started as usual.
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
    one_core : keep all of its threads on one core, drawn from those that this thread may use
    options : as `subprocess.Popen` has them

    Raises
    ------
    OSError
        The program is not there, or cannot be run.
    """
    if shutil.which(command[0]) is None:  # else `setpriv` would be the one to complain, after it was started
        raise FileNotFoundError(f"{command[0]}: no such program")
    cores = _cores()
    chosen = {random.choice(sorted(cores))} if one_core and cores else cores

    def start() -> subprocess.Popen[bytes]:
        with _on(chosen):
            return subprocess.Popen([*_killed_with_parent(), *command], **options)

    return _starter(os.getpid()).submit(start).result()


@cache
def _starter(pid: int) -> ThreadPoolExecutor:
    """The thread that starts the children of a process; one that was forked has none of its parent's threads."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="start-child")


@cache
def _killed_with_parent() -> tuple[str, ...]:
    """What to put before a command, so that the kernel kills it with its parent; nothing where that is not possible."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return ()
    prefix = (setpriv, "--pdeathsig", "KILL")
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # BusyBox's knows no such option
    return prefix if tried.returncode == 0 else ()


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
    """The cores that this thread may use; empty where the system does not tell."""
    return set(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else set()


@contextmanager
def _on(cores: set[int]) -> Iterator[None]:
    """Keep this thread on these cores meanwhile; what it starts inherits that."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
