"""Tests that passed are not run again until something that they depend on changes."""

from __future__ import annotations

import json

import pytest

from tests.inputs import REAL_DATA
from tests.result_cache import STORE

# Each test leaves a letter where no input is looked for, and fails where that place says so.
TEST_FILE = """
from pathlib import Path
import pytest

@pytest.fixture(scope="module", autouse=True)
def shared():
    note("s")
    yield
    note("t")

def note(letter):
    with open(".build/ran", "a") as file:
        file.write(letter)

def test_a():
    note("a")
    assert not Path(".build/broken").exists()

@pytest.mark.parametrize("number", [1, 2])
def test_b(number):
    note("b")

def test_skipped():
    note("k")
    pytest.skip("never runs")

@pytest.mark.xfail
def test_expected_to_fail():
    note("x")
    raise ValueError
"""


class Project:
    """A small project under test: one room and its tests."""

    def __init__(self, pytester):
        self._pytester, self.path = pytester, pytester.path
        for path, text in {"spec/a.py": "", "tests/spec/test_design.py": TEST_FILE, ".build/ran": ""}.items():
            self.write(path, text)

    def write(self, path, text):
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_text(text)

    def run(self, *arguments):
        """The result of a run, and the letters of what ran in it."""
        (self.path / ".build/ran").write_text("")
        result = self._pytester.runpytest("-p", "tests.result_cache", "--rootdir=.", *arguments)
        return result, (self.path / ".build/ran").read_text()

    def stored(self):
        return sorted(test.rpartition("::")[2] for test in json.loads((self.path / STORE).read_text())["passed"])


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv(REAL_DATA, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # else each run imports zarr for its plugin
    return Project(pytester)


def outcomes(result):
    return result.parseoutcomes()


def test_a_pass_is_cached_and_anything_else_runs_again(project):
    result, ran = project.run()
    assert outcomes(result) == {"passed": 3, "skipped": 1, "xfailed": 1}
    assert ran == "sabbkxt"
    result, ran = project.run()
    assert outcomes(result) == {"cached": 3, "skipped": 1, "xfailed": 1}
    assert ran == "skxt"
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*ccc*", "3 passed earlier with the very same inputs and did not run again*"])


def test_a_session_in_which_all_is_cached_succeeds_and_says_so(project):
    project.run("-k", "test_a or test_b")
    result, ran = project.run("-k", "test_a or test_b")
    assert (result.ret, ran) == (0, "")
    result.stdout.fnmatch_lines(["*2 deselected, 3 cached in*"])
    result.stdout.no_fnmatch_line("*no tests ran*")


def test_a_changed_input_runs_the_tests_again(project):
    project.run()
    project.write("spec/a.py", "changed = True")
    result, ran = project.run()
    assert (outcomes(result)["passed"], ran) == (3, "sabbkxt")


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2")], ids=["in one process", "in two workers"])
def test_fresh_runs_everything_and_a_failure_leaves_the_cache(project, arguments):
    project.run(*arguments)
    assert project.stored() == ["test_a", "test_b[1]", "test_b[2]"]
    project.write(".build/broken", "")
    assert outcomes(project.run(*arguments)[0])["cached"] == 3
    result, _ = project.run("--fresh", *arguments)
    assert (outcomes(result)["passed"], outcomes(result)["failed"]) == (2, 1)
    assert project.stored() == ["test_b[1]", "test_b[2]"]
    result, ran = project.run(*arguments)
    assert (outcomes(result)["cached"], outcomes(result)["failed"]) == (2, 1)
    assert "a" in ran
    assert "b" not in ran


def test_continuous_integration_runs_everything(project, monkeypatch):
    project.run()
    monkeypatch.setenv("CI", "true")
    result, ran = project.run()
    assert (outcomes(result)["passed"], ran) == (3, "sabbkxt")


def test_a_part_of_the_tests_leaves_the_rest_of_the_cache_alone(project):
    project.run()
    project.run("-k", "test_a", "--fresh")
    assert project.stored() == ["test_a", "test_b[1]", "test_b[2]"]


def test_a_vanished_test_drops_out(project):
    project.run()
    project.write("tests/spec/test_design.py", TEST_FILE.replace("def test_a", "def test_renamed"))
    project.run()
    assert project.stored() == ["test_b[1]", "test_b[2]", "test_renamed"]


def test_a_failing_teardown_is_no_pass(project):
    failing = "import pytest\n\n@pytest.fixture\ndef f():\n    yield\n    raise OSError\n\ndef test_c(f):\n    pass\n"
    project.write("tests/spec/test_c.py", failing)
    result, _ = project.run("tests/spec/test_c.py")
    assert outcomes(result) == {"passed": 1, "errors": 1}
    assert project.stored() == []


@pytest.mark.parametrize("content", ["", "[]", '{"version": 0, "passed": {}}', '{"version": 1}'])
def test_a_damaged_cache_counts_as_empty(project, content):
    project.write(str(STORE), content)
    result, _ = project.run()
    assert outcomes(result)["passed"] == 3
    assert [path.name for path in (project.path / ".build").iterdir() if "partial" in path.name] == []
