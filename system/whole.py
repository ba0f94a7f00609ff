"""Files and folders that are written completely or not at all, and locks between processes.

A process writes under a hidden name in the same folder, `.NAME.<random>.partial`, and renames at the end. It holds a
lock on the scratch file or folder, which the kernel releases when the process ends. Therefore another process that
writes the same name can distinguish the leftovers of a killed process, which it removes, from the scratch of a running
one.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import glob
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


class HeldError(OSError):
    """Another process holds the lock."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Lock a file or folder against all other processes that use `hold`.

    Raises
    ------
    HeldError
        Another process holds the lock.
    OSError
        The path does not exist, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HeldError(error.errno, "another process is writing it; wait for it or stop it", str(path)) from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def writing(path: Path, refusal: Callable[[str], Exception]) -> Iterator[None]:
    """Within this block, what the system says against writing `path` is the user's error, in one line.

    Parameters
    ----------
    refusal : makes the error of what it says, such as the room's own subclass of `EarloopError`

    Raises
    ------
    Exception
        The one that `refusal` makes: the disk is full, or the folder cannot be made or written.
    """
    try:
        yield
    except OSError as error:
        raise refusal(f"{path}: cannot be written ({error.strerror or error})") from None


def check_writable(folder: Path, refusal: Callable[[str], Exception]) -> None:
    """Refuse a folder that could not be made, without making it or its parents.

    Raises
    ------
    Exception
        The one that `refusal` makes: the folder or its nearest parent that is there is a file, or takes no new entries.
    """
    with writing(folder, refusal):
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        with scratch_folder(nearest / "new"):
            pass


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a scratch file to write; it replaces `path` at the end, or is removed if the block raises.

    The parent folder is created if necessary.

    Raises
    ------
    OSError
        The folder cannot be created or written.
    """
    with _scratch(path, partial(Path.touch, exist_ok=False)) as scratch:
        yield scratch
        scratch.replace(path)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file as `whole_file` does; text as UTF-8, with backslash escapes for characters that UTF-8 cannot encode.

    Raises
    ------
    OSError
        The disk is full, or the folder cannot be written; an older file stays unchanged.
    """
    with whole_file(path) as scratch:
        scratch.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Yield a scratch folder next to `path`, for files that the caller moves to their places; the rest is removed.

    Raises
    ------
    OSError
        The parent folder cannot be created or written.
    """
    with _scratch(path, Path.mkdir) as scratch:
        yield scratch


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a scratch folder to fill; it becomes `path` at the end, or is removed if the block raises.

    An older folder at `path` is replaced in one step if the system can exchange two names, otherwise in two steps, and
    then removed.

    Raises
    ------
    OSError
        The parent folder cannot be created or written.
    """
    with scratch_folder(path) as scratch:
        yield scratch
        if not path.exists():
            scratch.rename(path)
        elif not _exchange(scratch, path):
            _replace_in_two_steps(path, scratch)


def remove_leftovers(path: Path) -> None:
    """Remove scratch files of killed processes for `path`; those of running processes stay."""
    for scratch in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 32}.partial"):
        with suppress(OSError), hold(scratch):
            _remove(scratch)


@contextmanager
def _scratch(path: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    """Yield a locked scratch path next to `path`; it is removed at the end if it still exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    with ExitStack() as stack:
        scratch = _create_locked(path, make, stack)
        try:
            yield scratch
        finally:
            _remove(scratch)


def _create_locked(path: Path, make: Callable[[Path], None], stack: ExitStack) -> Path:
    """Create a scratch path, and hold its lock until the stack is closed."""
    while True:
        scratch = _scratch_name(path)
        try:
            make(scratch)
            with suppress(FileNotFoundError, HeldError):  # another process removed it before the lock
                stack.enter_context(hold(scratch))
                if scratch.exists():
                    return scratch
        except BaseException:  # Ctrl-C too must not leave it
            _remove(scratch)
            raise


def _scratch_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")


def _replace_in_two_steps(path: Path, scratch: Path) -> None:
    aside = _scratch_name(path)
    path.rename(aside)
    try:
        scratch.rename(path)
    except OSError:
        aside.rename(path)
        raise
    _remove(aside)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step (renameat2(2), Linux); False if the system or file system cannot do it."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL):
        return False
    raise OSError(number, os.strerror(number), str(other))
