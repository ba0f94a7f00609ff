"""The pages that people write: Markdown at the top, in docs/, of the action and of the examples."""

from __future__ import annotations

from pathlib import Path

from earloop.system.project import ROOT

MADE = ("docs/project/", "docs/tutorials/", "docs/reference/generated/")  # when the site is built
WRITTEN = ("*.md", "docs/**/*.md", "action/*.md", "examples/**/*.md")


def written_pages(*patterns: str) -> list[Path]:
    """The pages that match, without those that the site makes."""
    found = sorted({page for pattern in patterns or WRITTEN for page in ROOT.glob(pattern)})
    return [page for page in found if not page.relative_to(ROOT).as_posix().startswith(MADE)]
