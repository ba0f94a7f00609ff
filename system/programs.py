"""Finds the programs that the project starts, and gives them to programs that start others in turn.

The folder of this Python comes first, then PATH. Pip puts programs (ninja, z3, Yosys) beside the Python of an
environment, and that folder is on PATH only in a shell where the environment was activated, not where
`.venv/bin/python` is called by its name. It comes before PATH, as in such a shell, because its versions are those that
the lock holds.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def search_path() -> str:
    """The folders that are searched, as PATH has them."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def find_program(name: str) -> str | None:
    """The path of a program; None where there is none of this name."""
    return shutil.which(name, path=search_path())


def program_environment() -> dict[str, str]:
    """This process's environment, for a child that starts programs by their names: it finds those that we find."""
    return {**os.environ, "PATH": search_path()}


@contextmanager
def programs_on_path() -> Iterator[None]:
    """Have a library find them, too, one that starts programs in this process's own environment."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = search_path()
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
