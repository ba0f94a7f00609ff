"""`earloop hil run`: the report that it leaves, and the destinations and devices that it refuses."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from serial.tools import list_ports

from tests.cli.conftest import listing

REPORT = ("summary.json", "junit.xml", "report.html")


@pytest.fixture
def run(session):
    """The arguments of a run of the golden model on the short session."""

    def arguments(out, *options, device="golden"):
        return ("hil", "run", "--device", device, "--recording", session, "--out", out, *options)

    return arguments


def test_a_passing_run_leaves_its_three_files(earloop, run, design, tmp_path):
    ended = earloop(*run(tmp_path / "a" / "report"))
    assert ended.status == 0
    assert ended.out.startswith("PASS: golden, 10.0 s, 0 mismatches")
    assert ended.err == "channels: T7, T9, T8, T10\n", "no progress bar where no one looks"
    report = tmp_path / "a" / "report"
    assert sorted(path.name for path in report.iterdir()) == sorted(REPORT)
    assert [path.name for path in report.parent.iterdir()] == ["report"], "nothing else is left beside it"

    summary = json.loads((report / "summary.json").read_text())
    assert summary["verdict"] == "pass"
    assert summary["reasons"] == []
    assert summary["mismatches"] == 0
    assert summary["device"]["kind"] == "golden"
    assert summary["design_hash"] == design.design_hash
    assert summary["tokens"] == 40 * len(design.channels) * len(design.bands)
    assert set(summary["sqnr_db"]) == set(summary["bands"]) == set(design.band_names)
    assert set(summary["taps"]) == {"decimated", "notched", "bands", "tokens"}
    assert {"recording", "saturated_token_samples", "realtime_factor", "measurements"} < set(summary)
    assert summary["first_divergence"] is None

    suite = ElementTree.parse(report / "junit.xml").getroot()
    assert (suite.tag, suite.get("failures")) == ("testsuite", "0")
    assert len(suite.findall("testcase")) == int(suite.get("tests"))
    HTMLParser().feed((report / "report.html").read_text(encoding="utf-8"))


def test_taps_are_compared_as_asked_for_and_refused_by_name(earloop, refused, run, tmp_path):
    assert earloop(*run(tmp_path / "report"), "--taps", "bands,notched").status == 0
    assert set(json.loads((tmp_path / "report" / "summary.json").read_text())["taps"]) == {"notched", "bands", "tokens"}
    assert "does not offer codes; it offers decimated" in refused(*run(tmp_path / "other"), "--taps", "codes")
    assert "'filtered' is no tap; wanted all, or some of" in refused(*run(tmp_path / "other"), "--taps", "filtered")


def test_an_earlier_report_is_replaced(earloop, run, tmp_path):
    assert earloop(*run(tmp_path / "report")).status == 0
    before = listing(tmp_path / "report")
    assert earloop(*run(tmp_path / "report")).status == 0
    assert listing(tmp_path / "report").keys() == before.keys()


def test_an_out_that_is_a_file(refused, run, tmp_path):
    (tmp_path / "out").write_text("mine")
    assert "out: is a file" in refused(*run(tmp_path / "out"))


def test_an_out_below_a_file_cannot_be_written(refused, run, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "cannot be written" in refused(*run(tmp_path / "file" / "out"))


def test_an_out_where_nothing_can_be_written(refused, run):
    assert "/proc/earloop: cannot be written" in refused(*run("/proc/earloop"))


def test_a_folder_of_other_things_is_left_alone(refused, run, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("mine")
    assert "thesis: contains files that are no earlier report" in refused(*run(tmp_path / "thesis"))


@pytest.mark.parametrize("device", ["rtl", "firmware"])
def test_an_image_that_does_not_exist(refused, run, tmp_path, device):
    message = refused(*run(tmp_path / "out", "--image", tmp_path / "gone.elf", device=device))
    assert "gone.elf: no such image" in message


def test_no_serial_port(refused, run, tmp_path, monkeypatch):
    monkeypatch.setattr(list_ports, "comports", list)
    assert "serial: no port was found" in refused(*run(tmp_path / "out", device="serial"))
    message = refused(*run(tmp_path / "out", "--serial-number", "E1", device="serial"))
    assert "no port with the USB serial number E1" in message


def test_a_port_that_does_not_exist(refused, run, tmp_path):
    message = refused(*run(tmp_path / "out", "--port", tmp_path / "ttyNone", device="serial"))
    assert "ttyNone" in message


def test_a_file_in_place_of_a_port(refused, run, tmp_path):
    (tmp_path / "notes").write_text("")
    assert "notes" in refused(*run(tmp_path / "out", "--port", tmp_path / "notes", device="serial"))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--device", "abacus"], "abacus"),
        (["--rate", "fast"], "fast"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_wrong_options_are_one_line_too(refused, run, tmp_path, options, named):
    assert named in refused(*run(tmp_path / "out"), *options)


def test_missing_options_are_named(refused):
    assert "--device" in refused("hil", "run")
