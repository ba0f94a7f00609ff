"""What a test depends on, as a hash: the files of its folder and of every room it reaches, the machine's tools.

A test in `tests/<room>/` reaches that room, the rooms that the folder's own files import, and whatever those import in
turn. A test that stands elsewhere under `tests/` is taken to depend on the whole project.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from earloop.system.sources import source_digests
from tests.rooms import ROOMS, imported_rooms

# Files of other rooms that a folder's tests read without importing them.
ALSO_READS = {
    # compares the committed files with the design and the register map
    "spec": ("hw/rtl/generated/", "hw/generated/", "firmware/src/generated/", "docs/reference/tokenizer-registers.md"),
    "bench": ("tests/firmware/", "tests/hw/"),  # runs them on planted faults
    "cli": ("tests/hil/transcript/", "tests/hil/reports/"),  # replays its transcript; measures pages as it does
}
PROJECT_FILES = ("pyproject.toml", *(f"requirements/py3{minor}.lock" for minor in range(11, 15)))
PROGRAMS = ("g++", "make", "perl", "iverilog", "arm-none-eabi-gcc", "qemu-system-arm", "clang", "cppcheck")
REAL_DATA = "EARLOOP_REAL_DATA"
TESTS = "tests"


class Inputs:
    """The project as it stands at one moment; gives each test file the hash of its inputs.

    Parameters
    ----------
    root : the project's folder
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests = source_digests(root)
        self._machine = "\0".join(_machine())
        self._of_folder = cache(self._hash_of_folder)
        self._imported_by = cache(self._rooms_imported_by)

    def of(self, test_file: str) -> str:
        """Hash of the inputs of a test file, given relative to the root with forward slashes."""
        folder, *rest = test_file.split("/")[:-1] or [""]
        return self._of_folder(rest[0] if folder == TESTS and rest and rest[0] in ROOMS else None)

    def _hash_of_folder(self, room: str | None) -> str:
        """Of the tests of a room; None means of tests that belong to no room."""
        paths = self._digests if room is None else self._paths(room)
        lines = [self._machine, *(f"{self._digests[path]} {path}" for path in sorted(paths))]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]

    def _paths(self, room: str) -> Iterator[str]:
        """Every file that tests of a room depend on."""
        shared = [path for path in self._digests if _is_shared(path)]
        yield from shared
        yield from (path for path in PROJECT_FILES if path in self._digests)
        fixtures = self._imported_by(f"{TESTS}/conftest.py")
        rooms = self._closure({room} | self._imported_by(f"{TESTS}/{room}/") | fixtures)
        yield from self._below(f"{TESTS}/{room}/", *(f"{name}/" for name in rooms), *ALSO_READS.get(room, ()))

    def _closure(self, rooms: Iterable[str]) -> set[str]:
        """These rooms and all that they import, directly or not."""
        reached, todo = set(rooms), list(rooms)
        while todo:
            new = self._imported_by(f"{todo.pop()}/") - reached
            reached |= new
            todo += new
        return reached

    def _rooms_imported_by(self, *prefixes: str) -> frozenset[str]:
        sources = (path for path in self._below(*prefixes) if path.endswith(".py"))
        return frozenset().union(*(imported_rooms((self._root / path).read_text("utf-8")) for path in sources))

    def _below(self, *prefixes: str) -> Iterator[str]:
        return (path for path in self._digests if path.startswith(prefixes))


def _is_shared(path: str) -> bool:
    """Whether a file stands beside the test folders for all of them to use."""
    folder, _, name = path.rpartition("/")
    return folder == TESTS and not name.startswith("test_")


def _machine() -> Iterator[str]:
    """Python, the programs that tests start, and the folder of real recordings."""
    yield f"{sys.version} {platform.machine()}"
    for name in PROGRAMS:
        found = shutil.which(name)
        yield f"{name} {_stat(Path(found)) if found else 'missing'}"
    folder = os.environ.get(REAL_DATA, "")
    yield f"{REAL_DATA}={folder}"
    if folder:
        yield from (f"{path} {_stat(path)}" for path in sorted(Path(folder).rglob("*")) if path.is_file())


def _stat(path: Path) -> str:
    facts = path.stat()
    return f"{facts.st_size} {facts.st_mtime_ns}"
