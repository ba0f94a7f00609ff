"""The version has one home, and the documents that repeat it agree with it; the README stays short."""

from __future__ import annotations

import re

import yaml

import earloop
from earloop.system.project import ROOT
from tests.test_locks import PROJECT


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_that_of_the_project():
    assert earloop.__version__ == PROJECT["version"]


def test_who_cites_it_cites_this_version():
    assert yaml.safe_load(text("CITATION.cff"))["version"] == PROJECT["version"]


def test_the_newest_changes_are_of_this_version():
    assert re.search(r"^## ([\d.]+)", text("CHANGELOG.md"), re.MULTILINE)[1] == PROJECT["version"]


def test_the_readme_is_read_in_two_minutes():
    assert len(text("README.md").split()) <= 600
