"""Programs are found beside this Python before PATH is asked, and so do those find them that we start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from earloop.system.programs import find_program, program_environment, programs_on_path
from earloop.system.project import ROOT
from tests.rooms import ROOMS


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Puts a program that prints a word, `beside` this Python or in a folder of `path`."""
    folders = {name: tmp_path / name for name in ("beside", "path")}
    for folder in folders.values():
        folder.mkdir()
    (folders["beside"] / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(folders["beside"] / "python"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(folders["path"]), "/usr/bin", "/bin"]))

    def write(where, name="a-tool"):
        program = folders[where] / name
        program.write_text(f"#!/bin/sh\necho {where}\n")
        program.chmod(0o755)
        return program

    return write


def said(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout.strip()


@pytest.mark.parametrize("where", ["beside", "path"])
def test_a_program_is_found_where_it_lies(put, where):
    assert str(put(where)) == find_program("a-tool")


def test_the_environments_own_comes_before_that_of_the_system(put):
    put("path")
    assert str(put("beside")) == find_program("a-tool")


def test_there_is_none_where_there_is_none(put):
    put("beside", "another-tool")
    assert find_program("a-tool") is None


def test_a_child_finds_the_same_by_name(put):
    put("path")
    put("beside")
    assert said(["sh", "-c", "a-tool"], env=program_environment()) == "beside"


def test_a_library_finds_the_same_meanwhile_and_path_is_then_as_before(put):
    put("beside")
    before = os.environ["PATH"]
    with programs_on_path():
        assert said(["sh", "-c", "a-tool"]) == "beside"
    assert os.environ["PATH"] == before


def test_without_a_path_programs_are_still_found(put, monkeypatch):
    put("beside")
    monkeypatch.delenv("PATH")
    with programs_on_path():
        assert find_program("sh") is not None
        assert find_program("a-tool") is not None
    assert "PATH" not in os.environ


def test_what_pip_brings_is_found_though_the_environment_is_not_activated(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("ninja", "z3"):
        found = find_program(name)
        assert found is not None
        assert Path(found).parent == Path(sys.executable).parent


def test_no_room_looks_for_programs_by_itself():
    """But for this one; else what pip brings is missed where the environment is not activated."""
    sources = [path for room in ROOMS if room != "system" for path in (ROOT / room).rglob("*.py")]
    assert len(sources) > 100
    assert [str(path.relative_to(ROOT)) for path in sources if "shutil.which" in path.read_text("utf-8")] == []
