"""Every way of installing earloop, by pip, pipx and uv, in environments of their own: `make installs`. Needs a network.

Each installed earloop checks the design, synthesises a session, and judges the golden device on it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from earloop.system.programs import find_program
from earloop.system.project import ROOT
from tests.packaging.bare_environment import PROJECT
from tests.packaging.conftest import build, outside
from tests.packaging.pythons import SERVED, python
from tests.packaging.test_bare import MOST_PACKAGES

pytestmark = pytest.mark.install
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
UV = find_program("uv")
JOURNEY = (
    "spec check",
    "synth --seconds 12 --out session.zarr",
    "hil run --device golden --recording session.zarr --out run",
)


@pytest.fixture(params=SERVED)
def interpreter(request):
    """Each Python that is served, as the command that starts it."""
    found = python(request.param)
    if found is None:
        pytest.skip(f"this machine has no Python {request.param}")
    return found


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def run(command, folder, **environment):
    """Run an installer, and return what it printed; uv reads none of pip's settings, so hand it the certificates."""
    certificates = {"SSL_CERT_FILE": os.environ["PIP_CERT"]} if "PIP_CERT" in os.environ else {}
    done = outside(command, folder, **certificates, **environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def travel(program, folder):
    """Go from nothing to a verdict with an installed program."""
    for words in JOURNEY:
        run([program, *words.split()], folder)
    assert json.loads((folder / "run" / "summary.json").read_text())["verdict"] == "pass"


def installed(environment: Path) -> set[str]:
    """The packages of an environment, by name."""
    listed = json.loads(run([UV, "pip", "list", "--format", "json", "--python", environment], environment))
    return {package["name"] for package in listed}


def weigh(environment: Path, packages: set[str], what: str) -> None:
    """Print the number of packages, and the size of an environment."""
    (site,) = environment.glob("lib/python3*/site-packages")
    size_mb = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
    sys.stdout.write(f"{what}: {len(packages)} packages, {size_mb:.0f} MB, in {site.parent.name}\n")


def cpu_torch(interpreter):
    """Options by which uv finds a build of torch without CUDA; None if there is none within reach."""
    tag = run([interpreter, "-c", "import sys; print('cp%d%d' % sys.version_info[:2])"], ROOT).strip()
    release = version("torch").partition("+")[0]
    told = outside([sys.executable, "-m", "pip", "config", "get", "global.find-links"], ROOT).stdout
    for folder in (os.environ.get("PIP_FIND_LINKS") or told).split():
        if list(Path(folder).glob(f"torch-{release}+cpu-{tag}-*.whl")):
            return ["--find-links", folder, f"torch=={release}+cpu"]
    try:
        urllib.request.urlopen(f"{CPU_INDEX}/torch/", timeout=20).close()
    except (urllib.error.URLError, TimeoutError):
        return None
    return ["--index", CPU_INDEX, "--index-strategy", "unsafe-best-match", f"torch=={release}+cpu"]


@pytest.mark.parametrize("served", SERVED)
@pytest.mark.parametrize("extra", ["", "all"])
def test_the_packages_resolve_for_every_python_that_is_served(served, extra, tmp_path):
    """Wheels alone, but for cobs, which has none for Linux."""
    options = ["--quiet", "--no-header", "--no-annotate", "--only-binary", ":all:", "--no-binary", "cobs"]
    options += ["--python-version", served, "--no-python-downloads", *(["--extra", extra] if extra else [])]
    run([UV, "pip", "compile", *options, "-o", tmp_path / "locked.txt", ROOT / "pyproject.toml"], tmp_path)
    locked = (tmp_path / "locked.txt").read_text().splitlines()
    sys.stdout.write(f"{extra or 'bare'} for Python {served}: {len(locked) + 1} packages\n")
    assert len(locked) >= len(PROJECT["dependencies"])
    assert (len(locked) + 1 <= MOST_PACKAGES) is (not extra)


def test_pip_installs_the_bare_wheel(interpreter, wheel, tmp_path):
    environment = tmp_path / "environment"
    run([interpreter, "-m", "venv", environment], tmp_path)
    before = installed(environment)
    run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], tmp_path)
    packages = installed(environment) - before
    weigh(environment, packages, "bare, by pip")
    assert len(PROJECT["dependencies"]) < len(packages) <= MOST_PACKAGES
    travel(environment / "bin" / "earloop", tmp_path)


def test_the_command_that_a_missing_extra_names_installs_it(interpreter, wheel, tmp_path):
    environment, words = tmp_path / "environment", ["hil", "record", "--lsl", "EEG", "--out", "a.zarr"]
    run([interpreter, "-m", "venv", environment], tmp_path)
    run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], tmp_path)
    lacking = outside([environment / "bin" / "earloop", *words], tmp_path).stderr
    pip, *arguments = shlex.split(re.search(r"pip install .*", lacking)[0])
    run([environment / "bin" / pip, *arguments], tmp_path)
    assert "is not installed" not in outside([environment / "bin" / "earloop", *words], tmp_path).stderr


def test_pip_installs_from_a_folder_without_a_network(interpreter, wheel, tmp_path):
    environment, wheels = tmp_path / "environment", tmp_path / "wheels"
    run([interpreter, "-m", "venv", environment], tmp_path)
    pip = [environment / "bin" / "python", "-m", "pip"]
    run([*pip, "wheel", "--quiet", "--wheel-dir", wheels, wheel], tmp_path)
    run([*pip, "install", "--quiet", "--no-index", "--find-links", wheels, "earloop"], tmp_path, PIP_FIND_LINKS="")
    travel(environment / "bin" / "earloop", tmp_path)


def test_uv_installs_all_extras(interpreter, wheel, tmp_path):
    torch = cpu_torch(interpreter)
    if torch is None:
        pytest.skip("no build of torch without CUDA is within reach for this Python")
    environment = tmp_path / "environment"
    run([UV, "venv", "--quiet", "--python", interpreter, environment], tmp_path)
    run([UV, "pip", "install", "--quiet", "--python", environment, *torch, f"{wheel}[all]"], tmp_path)
    weigh(environment, installed(environment), "all, by uv")
    travel(environment / "bin" / "earloop", tmp_path)
    told = run([environment / "bin" / "earloop", "doctor"], tmp_path, COLUMNS="400")
    extras = told[told.index("\nextra ") :].split("\nAn extra")[0].splitlines()[2:]
    assert {row.split()[0] for row in extras if "missing" in row or "incomplete" in row} == {"cuda"}


def test_uv_tool_installs_the_wheel(interpreter, wheel, tmp_path):
    places = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run([UV, "tool", "install", "--quiet", "--python", interpreter, wheel], tmp_path, **places)
    travel(tmp_path / "bin" / "earloop", tmp_path)


def test_pipx_installs_and_runs_the_wheel(interpreter, wheel, tmp_path):
    places = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin")}
    pipx = [UV, "tool", "run", "pipx"]
    run([*pipx, "install", "--python", interpreter, wheel], tmp_path, **places)
    travel(tmp_path / "bin" / "earloop", tmp_path)
    said = run([*pipx, "run", "--python", interpreter, "--spec", wheel, "earloop", "--version"], tmp_path, **places)
    assert said.split()[-1] == wheel.name.split("-")[1]


def test_uv_installs_the_sdist(interpreter, sdist, tmp_path):
    environment = tmp_path / "environment"
    run([UV, "venv", "--quiet", "--python", interpreter, environment], tmp_path)
    run([UV, "pip", "install", "--quiet", "--python", environment, sdist], tmp_path)
    travel(environment / "bin" / "earloop", tmp_path)
