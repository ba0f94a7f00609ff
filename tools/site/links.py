"""Links of the site's pages that lead out of docs/: to documents that are pages too, or to files of the project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from earloop.system.project import ROOT

DOCUMENTS = {
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "action/README.md": "project/action.md",
    "examples/earbud-ci/README.md": "project/example.md",
    "bench/RESULTS.md": "project/results.md",
}
BACK = re.compile(r"(names/([\w.]+?)(?:-2)?\.html)#(?!\2)[\w.]+")
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<path>[^)#\s:]+)(?P<anchor>#[^)]*)?\)")


def within_the_site(text: str, folder: Path) -> str:
    """Lead links of a page in `folder` to pages of the site; a file that is no page is named by its path instead."""

    def mend(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(folder / match["path"]))
        if not target.is_relative_to(ROOT) or target.is_relative_to(ROOT / "docs"):
            return match[0]
        path = target.relative_to(ROOT).as_posix()
        if path in DOCUMENTS:
            page = os.path.relpath(ROOT / "docs" / DOCUMENTS[path], folder)
            return f"[{match['text']}]({page}{match['anchor'] or ''})"
        named = match["text"].strip("`")
        return f"`{path}`" if named == path else f"{named} (`{path}`)"

    return LINK.sub(mend, text)


def back_from_source(app: Any, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Lead the links of a source view to the name of the page, in place.

    Where two rooms hand on names of one module, viewcode takes the page of one and the anchor of the other.
    """
    if name.startswith("_modules/"):
        context["body"] = BACK.sub(r"\1#\2", context["body"])
