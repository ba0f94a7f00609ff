"""Hashes of the project's source files, which show whether stored results are up to date."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from earloop.system.project import ROOT

NOT_SOURCE = ("out", "__pycache__")  # names of folders; a name that begins with a dot is none either


def source_digests(root: Path = ROOT) -> dict[str, str]:
    """Return the SHA-256, in hex, of each source file, by its path from the root with forward slashes."""
    return _digests(root, [root])


def source_key(folders: Iterable[str], root: Path = ROOT) -> str:
    """Return one hash of all source files in folders of the root; no other folder is read."""
    found = _digests(root, [root / folder for folder in folders])
    return hashlib.sha256("\n".join(f"{digest} {path}" for path, digest in found.items()).encode()).hexdigest()


def _digests(root: Path, folders: Iterable[Path]) -> dict[str, str]:
    paths = sorted(path for folder in folders for path in _source_files(folder))
    return {path.relative_to(root).as_posix(): _digest(path) for path in paths}


def _source_files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SOURCE and not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # a dangling link, or a file that was just removed
        return "unreadable"
