"""What README.md and docs/ show is run page by page, in order, in a folder of its own, and prints what is shown.

A block that is not run says why, in a comment above it: `tests/site/shown.py` explains the marks.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess

import pytest

from earloop.system.project import ROOT
from tests.cli.conftest import earloop  # noqa: F401  a fixture
from tests.site.files import write_file
from tests.site.shown import PAGES, Block, as_pattern, blocks_of

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
RUN = [page for page in PAGES if any(not block.reason for block in blocks_of(page))]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_runs_and_prints_what_it_shows(page, earloop, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("COLUMNS", "200")  # tables are shown without breaks
    blocks = [block for block in blocks_of(page) if not block.reason]
    for name in _files_it_needs(blocks):
        write_file(tmp_path, page, name)
    if any("docs/plans/" in block.body for block in blocks):
        shutil.copytree(ROOT / "docs" / "plans", tmp_path / "docs" / "plans")
    names: dict[str, object] = {}
    for block in blocks:
        if block.kind == "python":
            _run_program(block, names)
            continue
        for command, shown in block.commands:
            status, printed = _run(command, earloop, monkeypatch)
            wanted = 2 if any(line.startswith(("error: ", "refused: ")) for line in shown) else 0
            assert status == wanted, f"{block.place}: $ {command}\n{printed}"
            _hold(block, command, shown, printed)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.reason], ids=lambda block: block.place)
def test_a_block_that_is_not_run_here_says_why_or_which_test_runs_it(block):
    kind, _, what = block.reason.partition(": ")
    if kind == "run by":
        test = ROOT / what
        assert test.is_file(), f"{block.place}: {what} is no test"
        assert block.page.name in test.read_text(encoding="utf-8"), f"{what} does not name {block.page.name}"
    else:
        assert len(what.split()) > 2, f"{block.place}: say why it is not run"


def test_no_command_is_shown_where_it_would_not_be_found():
    """An indented block of commands is no console block, which this module would miss."""
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        indented = re.findall(r"^    (?:\$ )?(?:earloop|pytest|make) .*$", text, re.MULTILINE)
        assert indented == [], f"{page.name}: show it in a console block"


def _files_it_needs(blocks: list[Block]) -> list[str]:
    """The recordings that a page names before one of its commands writes them."""
    text = "\n".join(block.run_as for block in blocks)
    names = dict.fromkeys(re.findall(r"(?<![\w/.-])[\w-]+\.(?:zarr|edf|csv\.gz|csv)\b", text))
    return [name for name in names if not re.search(rf"(?:--out |--keep )\S*{re.escape(name)}", text)]


def _run(command, earloop, monkeypatch):  # noqa: F811
    words = shlex.split(command, comments=True)
    if words[0] == "cd":
        monkeypatch.chdir(words[1])
        return 0, ""
    if words[0] == "earloop":
        ended = earloop(*words[1:])
        return ended.status, ended.out + ended.err
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _hold(block: Block, command: str, shown: list[str], printed: str) -> None:
    lines = [line.rstrip() for line in printed.splitlines()]
    for line in shown:
        found = any(as_pattern(line).fullmatch(each) for each in lines)
        assert found, f"{block.place}: $ {command}\nshown:   {line}\nprinted:\n{printed}"


def _run_program(block: Block, names: dict[str, object]) -> None:
    """Run a Python block after those before it; where comments after `print` say what it prints, it must."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.run_as, block.place, "exec"), names)
    lines = printed.getvalue().splitlines()
    for said in re.findall(r"^print\(.*\)  # (.+)$", block.run_as, re.MULTILINE):
        assert any(as_pattern(said).fullmatch(line) for line in lines), f"{block.place}: {said}\n{lines}"
