"""The locks: every package pinned, with its hashes; one for each Python that is served; all as pyproject.toml wants."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from earloop.system.project import ROOT

FOLDER = ROOT / "requirements"
LOCKS = sorted(FOLDER.glob("*.lock"))
OF_PYTHON = sorted(FOLDER.glob("py3*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SERVED = SpecifierSet(PROJECT["requires-python"])
ENTRY = re.compile(r"([a-z0-9.-]+)==(\S+)(?: ; [^\\]+)? \\((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)")


def locked(path):
    """Name and version of each entry; fails where a line belongs to none."""
    text = path.read_text(encoding="utf-8")
    entries = {match[1]: Version(match[2]) for match in ENTRY.finditer(text)}
    assert ENTRY.sub("", text).strip() == ""
    return entries


def by_name(paths):
    return pytest.mark.parametrize("path", paths, ids=[path.name for path in paths])


def dependencies():
    return [Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]


@by_name(LOCKS)
def test_every_package_is_pinned_and_every_line_has_a_hash(path):
    assert locked(path)


def test_an_entry_without_a_hash_would_be_seen(tmp_path):
    path = tmp_path / "a.lock"
    path.write_text("a==1 \\\n    --hash=sha256:" + 64 * "0" + "\nb==2\n")
    with pytest.raises(AssertionError):
        locked(path)


@by_name(OF_PYTHON)
def test_the_lock_holds_what_the_project_asks_for(path):
    entries = locked(path) | locked(FOLDER / "torch-pypi.lock")
    wrong = [
        f"{wanted}: {entries.get(canonicalize_name(wanted.name))}"
        for wanted in dependencies()
        if entries.get(canonicalize_name(wanted.name)) not in wanted.specifier
    ]
    assert not wrong, "run: make lock"


def test_each_python_that_is_served_has_a_lock_and_no_other_has():
    minors = {int(path.stem.removeprefix("py3")) for path in OF_PYTHON}
    assert minors == {minor for minor in range(100) if f"3.{minor}" in SERVED}


def test_the_set_up_takes_the_pythons_that_are_served():
    lowest, beyond = re.search(
        r"\((3, \d+)\) <= sys\.version_info < \((3, \d+)\)", (ROOT / "tools" / "bootstrap.sh").read_text("utf-8")
    ).groups()
    assert SpecifierSet(f">={lowest},<{beyond}".replace(", ", ".")) == SERVED


def test_torch_is_one_release_wherever_it_comes_from():
    cpu, pypi = (locked(FOLDER / f"torch-{source}.lock")["torch"] for source in ("cpu", "pypi"))
    assert cpu.public == pypi.public
    assert cpu.local == "cpu"


@by_name(OF_PYTHON)
def test_what_builds_packages_is_what_stays_installed(path):
    build, entries = locked(FOLDER / "build.lock"), locked(path)
    assert {name: build[name] for name in build.keys() & entries.keys()} == {
        name: entries[name] for name in build.keys() & entries.keys()
    }


def test_the_set_up_installs_by_hash_alone():
    """But for the project itself, which is this tree."""
    script = (ROOT / "tools" / "bootstrap.sh").read_text("utf-8")
    installs = [line for line in script.splitlines() if re.match(r'\s*(packages|"\$python" -m pip install) ', line)]
    assert len(installs) == 4
    assert [line for line in installs if "--require-hashes" not in line] == [
        "packages --no-build-isolation --editable ."
    ]
