"""A hash for every file of the project, by which results that were made from them can be told from stale ones."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from earloop.system.project import ROOT

NOT_SOURCE = ("out", "__pycache__")  # names of folders; what begins with a dot is none either


def source_digests(root: Path = ROOT) -> dict[str, str]:
    """SHA-256, in hex, of each source file, by its path from the root with forward slashes."""
    return {path.relative_to(root).as_posix(): _digest(path) for path in sorted(_source_files(root))}


def source_key(folders: Iterable[str], root: Path = ROOT) -> str:
    """One hash over all source files of some folders of the root."""
    below = tuple(f"{folder}/" for folder in folders)
    lines = [f"{digest} {path}" for path, digest in source_digests(root).items() if path.startswith(below)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _source_files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCE and not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # a dangling link, or a file that went away just now
        return "unreadable"
