"""The command as the shell sees it."""

from __future__ import annotations

import subprocess
import sys

from earloop.system.project import ROOT


def shell(*arguments):
    command = [sys.executable, "-m", "earloop", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_success_exits_with_0():
    done = shell("spec", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "valid" in done.stdout


def test_a_mistake_exits_with_2_and_one_line_without_a_traceback(tmp_path):
    done = shell("hil", "run", "--device", "golden", "--recording", "gone.bdf", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "error: gone.bdf: no such file\n"
    assert list(tmp_path.iterdir()) == []
