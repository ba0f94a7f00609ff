"""Each promise of SECURITY.md names a test that there is."""

from __future__ import annotations

import re

import pytest

from earloop.system.project import ROOT

NAMED = re.findall(r"`((?:tests|tools)/[\w/]+\.(?:py|sh))(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text("utf-8"))


def test_the_page_names_tests():
    assert len(NAMED) > 40


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_a_test_that_is_named_is_there(path, name):
    source = (ROOT / path).read_text("utf-8")
    if path.startswith("tests/"):
        assert f"def {name or 'test_'}" in source


def test_each_promise_names_its_test():
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    promises = [line for line in page.splitlines() if line.startswith("- ")]
    assert [line for line in promises if "`tests/" not in line] == []
