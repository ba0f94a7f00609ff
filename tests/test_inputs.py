"""What counts as an input of a test, and what does not."""

from __future__ import annotations

import os

import pytest

from tests.inputs import REAL_DATA, Inputs

FILES = {
    "spec/design.py": "",
    "spec/design.toml": "",
    "sim/front_end/noise.py": "from earloop.spec.design import x",
    "hw/simulate/runner.py": "def f():\n    import earloop.spec.design",
    "hw/rtl/mac.v": "",
    "hw/rtl/generated/design.vh": "",
    "model/scan.py": "",
    "tests/conftest.py": "import earloop.spec.design",
    "tests/model/test_scan.py": "from earloop.sim.front_end.noise import x",
    "tests/hw/test_runner.py": "import earloop.hw.simulate.runner",
    "tests/spec/test_design.py": "",
    "tests/test_rooms.py": "",
    "pyproject.toml": "",
    "Makefile": "",
}
TEST_FILES = [path for path in FILES if "/test_" in path]
EVERYWHERE = set(TEST_FILES)
ANYWHERE_ELSE = {"tests/test_rooms.py"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv(REAL_DATA, raising=False)
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def hashes(project):
    inputs = Inputs(project)
    return {path: inputs.of(path) for path in TEST_FILES}


@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        ("spec/design.py", EVERYWHERE),
        ("spec/design.toml", EVERYWHERE),
        ("tests/conftest.py", EVERYWHERE),
        ("pyproject.toml", EVERYWHERE),
        ("hw/rtl/mac.v", {"tests/hw/test_runner.py"} | ANYWHERE_ELSE),
        ("hw/rtl/generated/design.vh", {"tests/hw/test_runner.py", "tests/spec/test_design.py"} | ANYWHERE_ELSE),
        ("model/scan.py", {"tests/model/test_scan.py"} | ANYWHERE_ELSE),
        ("sim/front_end/noise.py", {"tests/model/test_scan.py"} | ANYWHERE_ELSE),
        ("tests/model/test_scan.py", {"tests/model/test_scan.py"} | ANYWHERE_ELSE),
        ("tests/test_rooms.py", ANYWHERE_ELSE),
        ("Makefile", ANYWHERE_ELSE),
    ],
)
def test_a_change_reaches_the_tests_that_depend_on_it_and_no_others(project, changed, affected):
    before = hashes(project)
    with (project / changed).open("a") as file:
        file.write("\n# changed")
    after = hashes(project)
    assert {path for path in TEST_FILES if before[path] != after[path]} == affected


@pytest.mark.parametrize("path", [".build/x", "out/x", "hw/__pycache__/x.pyc", "hw/.hidden"])
def test_what_the_project_makes_is_no_input(project, path):
    before = hashes(project)
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).touch()
    assert hashes(project) == before


@pytest.mark.parametrize("path", ["spec/new.py", "tests/hw/conftest.py", "hw/rtl/new.v"])
def test_a_new_file_is_an_input(project, path):
    before = Inputs(project).of("tests/hw/test_runner.py")
    (project / path).touch()
    assert Inputs(project).of("tests/hw/test_runner.py") != before


def test_the_folder_of_real_recordings_is_an_input(project, tmp_path_factory, monkeypatch):
    data = tmp_path_factory.mktemp("recordings")
    seen = [hashes(project)["tests/hw/test_runner.py"]]
    monkeypatch.setenv(REAL_DATA, str(data))
    seen.append(hashes(project)["tests/hw/test_runner.py"])
    (data / "a.edf").write_bytes(b"1")
    seen.append(hashes(project)["tests/hw/test_runner.py"])
    os.utime(data / "a.edf", (0, 0))
    seen.append(hashes(project)["tests/hw/test_runner.py"])
    assert len(set(seen)) == 4
