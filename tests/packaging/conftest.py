"""The wheel, an environment with the bare install, and a folder in which its commands have something to work on."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from earloop.system.project import ROOT
from tests.packaging.bare_environment import make_bare
from tests.packaging.runs import NAMED_ONLY, PREPARED, TABLE

BUILD = "import sys; from hatchling.build import build_{0}; print(build_{0}(sys.argv[1]))"


def build(kind: str, source: Path, folder: Path, **environment: str) -> Path:
    """A `wheel` or an `sdist`, built of a source tree into a folder."""
    command = [sys.executable, "-c", BUILD.format(kind), folder]
    done = subprocess.run(
        command, cwd=source, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this tree."""
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def bare(wheel, once) -> Path:
    """The Python of an environment with the bare install."""
    return once("bare", lambda folder: make_bare(folder, wheel)) / "bin" / "python"


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a folder once for all workers of a test run: the first makes it, the others wait for it."""
    own = tmp_path_factory.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def of(name: str, make: Callable[[Path], object]) -> Path:
        with (base / f"{name}.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not (base / f"{name}.made").exists():
                make(base / name)
                (base / f"{name}.made").touch()
        return base / name

    return of


def outside(command, folder, **more) -> subprocess.CompletedProcess[str]:
    """Run a command that finds nothing of this project but what is installed where it runs."""
    ours = ("PYTHONPATH", "VIRTUAL_ENV", "EARLOOP_REAL_DATA")
    environment = {name: value for name, value in os.environ.items() if name not in ours} | more
    return subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def prepared(bare, once) -> Path:
    """A folder with the files that `RUNS` name, made by the bare install."""

    def prepare(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name in NAMED_ONLY:
            (folder / name).write_text("")
        (folder / TABLE[0]).write_text(TABLE[1])
        for run in PREPARED:
            done = outside([bare, "-m", "earloop", *run.arguments], folder)
            assert done.returncode == 0, done.stderr

    return once("prepared", prepare)


@pytest.fixture
def work(prepared, tmp_path) -> Path:
    """A folder of its own for a test, with the prepared files."""
    return Path(shutil.copytree(prepared, tmp_path / "work"))
