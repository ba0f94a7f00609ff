"""The page about installing says what is true: its extras, its first commands, and the line of a missing extra."""

from __future__ import annotations

import re
import shlex

from earloop.system.extras import EXTRAS
from earloop.system.project import ROOT
from tests.packaging.conftest import outside

PAGE = (ROOT / "docs" / "start" / "install.md").read_text(encoding="utf-8")
BLOCKS = [block for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) if "$ earloop" in block]


def test_the_page_lists_every_extra():
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted([*EXTRAS, "all"])


def test_the_first_commands_lead_to_a_verdict_in_the_bare_install(bare, tmp_path):
    commands = re.findall(r"^\$ earloop (.+)$", BLOCKS[0], re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        done = outside([bare, "-m", "earloop", *shlex.split(command)], tmp_path)
        assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PASS: golden")


def test_the_line_of_a_missing_extra_is_the_one_that_is_printed(bare, prepared):
    command, line = re.fullmatch(r"\$ earloop (.+)\n(error: .+)\n", BLOCKS[1]).groups()
    done = outside([bare, "-m", "earloop", *shlex.split(command)], prepared)
    assert done.stderr.splitlines() == [line]
