"""Search for the programs that the project starts, also on behalf of child programs.

The search looks in the folder of this Python first, then in PATH. Pip installs programs (ninja, z3, Yosys) in the
folder of an environment's Python. That folder is in PATH only if the environment was activated in the shell, not if the
user calls `.venv/bin/python` by its path. It comes before PATH because its programs have the versions of the lock.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def search_path() -> str:
    """Return the folders of the search, in the format of PATH."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def find_program(name: str) -> str | None:
    """Return the path of a program; None if there is no such program."""
    return shutil.which(name, path=search_path())


def program_environment() -> dict[str, str]:
    """Return this process's environment with the search path, for a child that starts programs by their names."""
    return {**os.environ, "PATH": search_path()}


@contextmanager
def programs_on_path() -> Iterator[None]:
    """Set PATH to the search path meanwhile, for a library that starts programs in this process's environment."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = search_path()
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
