"""The report's three files: what stands in them, and that they come whole or not at all."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.hil.reports import summary as report
from earloop.hil.reports.summary import ReportError, check_destination, write_report


@pytest.fixture(scope="module")
def passing(fixed, codes_10s):
    return judge(GoldenDevice(fixed), codes_10s, fixed)


def test_the_summary_tells_a_program_everything(design, passing, tmp_path):
    write_report(passing, design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["verdict"] == "pass"
    assert summary["design_hash"] == design.design_hash
    assert summary["tokens"] == 40 * 4 * 12
    assert summary["mismatches"] == 0
    assert set(summary["sqnr_db"]) == set(design.band_names)
    assert min(summary["sqnr_db"].values()) > 80
    assert summary["first_divergence"] is None


def test_the_summary_of_a_failure_says_where(design, failing, tmp_path):
    write_report(failing, design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["verdict"] == "fail"
    first = summary["first_divergence"]
    assert (first["tap"], first["channel"], first["band"], first["tick"]) == ("tokens", "T9", "eeg_alpha", 1007)


def test_junit_has_a_case_for_each_tap_and_band_and_for_what_is_asked_of_the_input(design, failing, tmp_path):
    write_report(failing, design, "a.zarr", tmp_path / "out")
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [
        *(f"{tap} equals the golden model" for tap in ("decimated", "notched", "bands", "tokens")),
        *(f"{band} reaches 80 dB" for band in design.band_names),
        "0 flat channels at most",
        "10.0% of a channel's samples at the converter's rails at most",
        "every band can be judged",
    ]
    assert int(suite.get("tests")) == len(cases)
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    assert failed == {"tokens equals the golden model"}
    assert int(suite.get("failures")) == 1


class Outline(HTMLParser):
    """Which elements a page has, and what it refers to."""

    def __init__(self):
        super().__init__()
        self.tags, self.references = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [value for name, value in attrs if name in ("src", "href", "xlink:href")]


def test_the_page_stands_alone(design, failing, tmp_path):
    write_report(failing, design, "<b>.zarr", tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text()
    outline = Outline()
    outline.feed(text)
    assert outline.tags.count("svg") == 4
    assert "script" not in outline.tags
    assert "link" not in outline.tags
    assert all(reference.startswith("#") for reference in outline.references)
    assert "&lt;b&gt;.zarr" in text
    assert "sample 5039" in text


def test_an_earlier_report_is_replaced_and_nothing_else_is_touched(design, passing, failing, tmp_path):
    out = tmp_path / "out"
    write_report(failing, design, "a.zarr", out)
    write_report(passing, design, "a.zarr", out)
    assert json.loads((out / "summary.json").read_text())["verdict"] == "pass"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    with pytest.raises(ReportError, match="contains files that are no earlier report"):
        check_destination(foreign)


def test_a_report_that_breaks_off_leaves_nothing(design, passing, tmp_path, monkeypatch):
    def full_disk(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.Path, "write_text", full_disk)
    with pytest.raises(ReportError, match="No space left"):
        write_report(passing, design, "a.zarr", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
