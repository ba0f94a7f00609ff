"""The Pythons of this machine that the package serves: on the path, of pyenv, and of uv."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from packaging.specifiers import SpecifierSet

from earloop.system.programs import find_program
from tests.packaging.bare_environment import PROJECT

SERVED = [f"3.{minor}" for minor in range(100) if f"3.{minor}" in SpecifierSet(PROJECT["requires-python"])]
ASK = "import ssl, sys; sys.exit(sys.version_info.releaselevel != 'final' or sys.version_info[:2] != (3, {minor}))"


@cache
def python(version: str) -> str | None:
    """A finished Python of this version, such as `3.12`; None if the machine has none."""
    for candidate in _candidates(version):
        asked = subprocess.run(
            [candidate, "-c", ASK.format(minor=version.partition(".")[2])], capture_output=True, check=False
        )
        if asked.returncode == 0:
            return candidate
    return None


def _candidates(version: str) -> Iterator[str]:
    if found := shutil.which(f"python{version}"):
        yield found
    of_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    yield from map(str, sorted(of_pyenv.glob(f"{version}.*/bin/python")))
    if uv := find_program("uv"):
        told = subprocess.run([uv, "python", "dir"], capture_output=True, text=True, check=False).stdout.strip()
        yield from map(str, sorted(Path(told).glob(f"cpython-{version}.*/bin/python{version}")))
