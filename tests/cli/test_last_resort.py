"""What nobody foresaw is one line and exit 2, in commands, plans and tests: 1 is for verdicts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from earloop.system.project import ROOT


def raising(error):
    def run(*arguments, **options):
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("channels"), "unexpected KeyError in test_last_resort.py, line"),
        (RecursionError("maximum recursion depth exceeded"), "maximum recursion depth"),
        (MemoryError(), "more memory is needed than there is"),
        (OSError(28, "No space left on device", "a.png"), "a.png: No space left on device"),
        (ValueError("one\ntwo\n" + "x" * 1000), "one two"),
        (AssertionError(), "unexpected AssertionError"),
    ],
)
def test_an_error_that_nobody_foresaw_is_one_line(earloop, monkeypatch, error, told, tmp_path):
    monkeypatch.setattr("earloop.spec.design.load_design", raising(error))
    ended = earloop("spec", "check")
    assert ended.status == 2
    assert ended.err.startswith("error: ")
    assert told in ended.err
    assert ended.err.count("\n") == 1
    assert len(ended.err) < 500


def test_a_name_cannot_steer_the_terminal(earloop, tmp_path):
    ended = earloop("hil", "run", "--device", "golden", "--recording", "\x1b[2J\x07.bdf", "--out", tmp_path / "out")
    assert ended.err == "error: \\x1b[2J\\x07.bdf: no such file\n"


def test_debug_shows_where_it_comes_from():
    source = (
        "import earloop.spec.design\nearloop.spec.design.load_design = lambda path: {}['channels']\n"
        "from earloop.cli.main import main\nmain(['--debug', 'spec', 'check'])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "KeyError: 'channels'" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: unexpected KeyError")


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m earloop spec show | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""


def test_a_fault_of_the_program_in_one_case_does_not_end_a_plan(earloop, session, tmp_path, monkeypatch):
    plan = tmp_path / "two.plan.toml"
    plan.write_text(f"""
[recordings.worn]
file = "{session}"
[devices.golden]
kind = "golden"
[devices.simulated]
kind = "rtl"
""")
    monkeypatch.setattr("earloop.hil.devices.open_device.RtlDevice", raising(KeyError("lanes")))
    ended = earloop("hil", "run", plan, "--out", tmp_path / "out")
    assert ended.status == 2
    cases = {case["case"]: case for case in json.loads((tmp_path / "out" / "summary.json").read_text())["cases"]}
    assert sorted(case["status"] for case in cases.values()) == ["could not run", "pass"]
    (lost,) = (case for case in cases.values() if case["status"] != "pass")
    assert "unexpected KeyError" in lost["reasons"][0]


@pytest.mark.parametrize("name", [b"bell\x07.zarr", b"caf\xe9.zarr", b"line\nbreak.zarr", b"tab\t<&>.zarr"])
def test_any_name_of_a_recording_gives_a_report(earloop, session, tmp_path, name):
    odd = tmp_path / os.fsdecode(name)
    shutil.copytree(session, odd)
    ended = earloop("hil", "run", "--device", "golden", "--recording", odd, "--out", tmp_path / "out")
    assert ended.status == 0, ended.err
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert os.fsdecode(name)[:3] in ElementTree.tostring(suite, encoding="unicode")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["verdict"] == "pass"
    (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
