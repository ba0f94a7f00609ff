"""A hash over the sources of rooms, by which results that were made by them can be told from stale ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from spec.generate import ROOT

SOURCE_SUFFIXES = frozenset(
    {".py", ".pyi", ".toml", ".lock", ".j2", ".css", ".v", ".vh", ".c", ".h", ".s", ".S", ".ld", ".cpp", ".json"}
)


def source_files(folder: Path) -> list[Path]:
    """The source files below a folder, sorted."""
    found = (path for path in folder.rglob("*") if path.suffix in SOURCE_SUFFIXES and path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def source_key(folders: Iterable[str], root: Path = ROOT) -> str:
    """SHA-256, in hex, over names and contents of all sources below the folders of `root`."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in source_files(root / folder):
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
