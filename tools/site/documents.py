"""The documents outside of docs/, as pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

from earloop.system.project import ROOT
from tools.site.links import DOCUMENTS


def pages() -> dict[str, str]:
    """The text of each page by its path in docs/, with links as from there."""
    return {
        page: _moved((ROOT / name).read_text(encoding="utf-8"), Path(name).parent) for name, page in DOCUMENTS.items()
    }


def _moved(text: str, folder: Path) -> str:
    """The links of a document in a folder of the project, as those of a page in docs/project."""
    return re.sub(r"(?<=\]\()(?!https?:|#|mailto:)", f"../../{folder.as_posix()}/", text).replace("../.././", "../../")
