"""The documents at the top of the project, as pages of the site."""

from __future__ import annotations

import re

from earloop.system.project import ROOT
from tools.site.links import DOCUMENTS


def pages() -> dict[str, str]:
    """The text of each page by its path in docs/, with links as from there."""
    return {page: _from_project((ROOT / name).read_text(encoding="utf-8")) for name, page in DOCUMENTS.items()}


def _from_project(text: str) -> str:
    """The links of a document that stands at the top, as those of a page that stands two folders below it."""
    return re.sub(r"(?<=\]\()(?!https?:|#|mailto:)", "../../", text)
