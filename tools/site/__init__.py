"""What the site has beside its written pages: the documents of the project, and references made from the code.

A Sphinx extension, named in docs/conf.py. Pages are written before Sphinx looks for them, and only where they have
changed, so that a build that is repeated is short.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes

from earloop.system.project import ROOT
from tools.site import api, commands, docstrings, documents, files, links, messages, signatures, summary, taps

DOCS = ROOT / "docs"
GENERATED = "reference/generated"


def setup(app: Any) -> dict[str, Any]:
    """Connect the makers of pages to Sphinx."""
    app.connect("builder-inited", _before_reading, priority=100)
    app.connect("autodoc-process-signature", signatures.as_written)
    app.connect("autodoc-process-docstring", docstrings.with_meanings_below, priority=100)  # before numpydoc
    app.connect("autodoc-process-docstring", docstrings.with_results_as_text, priority=900)  # after numpydoc
    for part in ("description", "options", "arguments", "epilog"):
        app.connect(f"sphinx-click-process-{part}", docstrings.with_names_as_code)
    app.connect("source-read", _read)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", links.back_from_source)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def describe_page(app: Any, name: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Give a page its first paragraph as the description that search engines show."""
    paragraph = next(tree.findall(nodes.paragraph), None) if tree else None
    if paragraph is not None:
        text = escape(" ".join(paragraph.astext().split()))
        context["metatags"] += f'<meta name="description" content="{text}">'


def write_pages() -> None:
    """Write every page that is made, and remove those that an earlier build has made and this one does not."""
    made = {
        path: text
        for maker in (api, commands, documents, files, messages, summary, taps)
        for path, text in maker.pages().items()
    }
    for path in sorted((DOCS / GENERATED).rglob("*.*")):
        if path.relative_to(DOCS).as_posix() not in {*made, *api.stubs()}:
            path.unlink()
    for name, text in made.items():
        _write(DOCS / name, text)


def _before_reading(app: Any) -> None:
    write_pages()
    app.env.find_files(app.config, app.builder)  # for autosummary, which looks for lists in the pages that are known


def _read(_: Any, name: str, source: list[str]) -> None:
    source[0] = links.within_the_site(source[0], (DOCS / name).parent)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
