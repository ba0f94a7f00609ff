"""The commands and programs that README.md and the pages in docs/ show, and what a comment above each says about it.

A mark is a comment right above a block, `% ...` in a page of the site and `<!-- ... -->` in README.md; above the title
of a page it is for all its blocks:

    % not run: needs a board on a serial port
    % run by: tests/cli/test_docs_own_recordings.py
    % run with: --hours 50 -> --hours 0.02, --subjects 22 -> --subjects 2

A block without a mark is run as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from earloop.system.project import ROOT
from tests.pages import written_pages

PAGES = written_pages("README.md", "docs/**/*.md")
_FENCE = re.compile(r"^```(?P<kind>console|python)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^(?:% |<!-- )(?P<mark>(?:not run|run by|run with): .+?)(?: -->)?$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of a page. `line` is that of its first line, counted from 1; `mark` is empty where there is none."""

    page: Path
    line: int
    kind: str
    body: str
    mark: str

    @property
    def place(self) -> str:
        """Page and line, for messages."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"

    @property
    def reason(self) -> str:
        """Why it is not run, or the test that runs it; empty where it is run as it stands or with other numbers."""
        return "" if self.mark.startswith("run with: ") else self.mark

    @property
    def run_as(self) -> str:
        """Its text with the changes of a mark `run with`."""
        text = self.body
        if self.mark.startswith("run with: "):
            for change in self.mark.removeprefix("run with: ").split(", "):
                old, new = change.split(" -> ")
                assert old in text, f"{self.place}: {old!r} is not in the block"
                text = text.replace(old, new)
        return text

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """Each command of a console block, with the lines of output that are shown below it.

        A backslash at the end of a line joins the next line to it, as in a shell.
        """
        found: list[tuple[str, list[str]]] = []
        for line in self.run_as.replace("\\\n", "").splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            elif line.strip():
                assert found, f"{self.place}: output before the first command"
                found[-1][1].append(line)
        return found


def blocks_of(page: Path) -> list[Block]:
    """The console and Python blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    of_page = _mark_of(text.splitlines()[0])
    return [
        Block(
            page=page,
            line=text[: match.start()].count("\n") + 2,
            kind=match["kind"],
            body=match["body"],
            mark=_mark_of(text[: match.start()].rstrip("\n").rpartition("\n")[2]) or of_page,
        )
        for match in _FENCE.finditer(text)
    ]


def as_pattern(shown: str) -> re.Pattern[str]:
    """A pattern of the lines that a shown line stands for: `...` is any text, and the speed of a run any number."""
    escaped = re.escape(shown.rstrip()).replace(r"\.\.\.", ".*")
    return re.compile(re.sub(r"[\d.,\\]+\\ x\\ real\\ time", r"[\\d.,]+\\ x\\ real\\ time", escaped))


def _mark_of(line: str) -> str:
    match = _MARK.match(line)
    return match["mark"] if match else ""
