"""Documents name files and folders that are there, and links lead somewhere."""

from __future__ import annotations

import re

import pytest

from earloop.system.project import ROOT
from tests.pages import written_pages

PAGES = written_pages()
ROOMS = "system|spec|recordings|synth_data|sim|hw|firmware|model|hil|api|cli|bench|tests|tools|docs|src|action|examples"
WILD = re.compile(r"[*<>{}…]|\bNAME\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page):
    named = re.findall(rf"`((?:{ROOMS})/[\w./-]*\w/?)`", page.read_text(encoding="utf-8"))
    assert [
        path for path in named if not (WILD.search(path) or (ROOT / path).exists() or (page.parent / path).exists())
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []
