"""The wheel: it brings one name, `earloop`, and stands beside a user's own modules of any name."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from earloop.spec.shipped import shipped_designs

FOREIGN = ("model", "sim", "spec", "hw", "hil", "system")
TRAIN = """
import model, sim, spec, hw, hil, system
import earloop
from earloop.model.network.encoder import Encoder
from earloop.spec.design import load_design
assert model.MINE == sim.MINE == spec.MINE == hw.MINE == hil.MINE == system.MINE
print(earloop.__file__, len(load_design().channels))
"""


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """A folder in which the wheel has been unpacked, as an installer does it."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def run(site, folder, *command):
    environment = {"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_brings_one_name(site):
    assert {path.name for path in site.iterdir() if path.suffix != ".dist-info"} == {"earloop"}


def test_the_wheel_says_that_it_is_typed(site):
    assert (site / "earloop" / "py.typed").is_file()


def test_a_user_may_have_modules_of_the_same_names(site, tmp_path):
    for name in FOREIGN:
        (tmp_path / f"{name}.py").write_text("MINE = True\n")
    (tmp_path / "train.py").write_text(TRAIN)
    done = run(site, tmp_path, "train.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0].startswith(str(site))


def test_the_command_runs_from_the_wheel_beside_them(site, tmp_path):
    for name in FOREIGN:
        (tmp_path / f"{name}.py").write_text("MINE = True\n")
    done = run(site, tmp_path, "-m", "earloop", "spec", "check")
    assert done.returncode == 0, done.stderr


def test_the_wheel_has_every_shipped_design(site, tmp_path):
    done = run(site, tmp_path, "-m", "earloop", "spec", "list")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == list(shipped_designs())
    done = run(site, tmp_path, "-m", "earloop", "spec", "check", "--design", "muse")
    assert done.returncode == 0, done.stderr


def test_generated_files_are_never_written_into_an_installed_package(site, tmp_path):
    done = run(site, tmp_path, "-m", "earloop", "spec", "generate")
    assert done.returncode == 2
    assert "say with --root where to write" in done.stderr
    assert not (site / "earloop" / "docs").exists()
