"""What the site has beside its written pages: the documents of the project, and references made from the code.

A Sphinx extension, named in docs/conf.py. Pages are written before Sphinx looks for them, and only where they have
changed, so that a build that is repeated is short.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from earloop.system.project import ROOT
from tools.site import documents, links

DOCS = ROOT / "docs"


def setup(app: Any) -> dict[str, Any]:
    """Connect the makers of pages to Sphinx."""
    app.connect("builder-inited", lambda _: write_pages(), priority=100)
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages() -> None:
    """Write every page that is made."""
    for path, text in documents.pages().items():
        _write(DOCS / path, text)


def _read(_: Any, name: str, source: list[str]) -> None:
    source[0] = links.within_the_site(source[0], (DOCS / name).parent)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
