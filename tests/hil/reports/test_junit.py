"""JUnit files of runs: both of Jenkins' schemas, times, and who it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.hil.reports.junit import JunitCase, junit_suite
from earloop.hil.reports.summary import write_report
from earloop.hil.reports.xml_text import xml_bytes
from tests.hil.reports.junit_rules import checked_suite, properties_of


def test_a_run_says_when_it_was_how_long_it_took_and_who_it_was(fixed, codes_10s, tmp_path):
    device, before = GoldenDevice(fixed), datetime.now(UTC)
    device.identity = replace(device.identity, build="ab12", serial="0011223344")
    verdict = judge(device, codes_10s, fixed)
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    suite = checked_suite(tmp_path / "out" / "junit.xml")
    began = datetime.fromisoformat(suite.get("timestamp")).replace(tzinfo=UTC)
    assert before - timedelta(seconds=1) <= began <= datetime.now(UTC)
    assert 0 < float(suite.get("time")) <= (datetime.now(UTC) - before).total_seconds()
    assert properties_of(suite) == {
        "device": "golden: integer golden model",
        "serial": "0011223344",
        "build": "ab12",
        "design": fixed.design.name,
        "design_hash": fixed.design.design_hash,
        "recording": "a.zarr",
        "verdict": "pass",
        "report": str(tmp_path / "out" / "report.html"),
    }
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["began"] == suite.get("timestamp")
    assert summary["elapsed_s"] == pytest.approx(float(suite.get("time")), abs=0.001)


def test_a_failing_run_keeps_to_the_schemas(design, failing, tmp_path):
    write_report(failing, design, "a.zarr", tmp_path / "out")
    suite = checked_suite(tmp_path / "out" / "junit.xml")
    assert properties_of(suite)["verdict"] == "fail"
    assert suite.get("failures") == "1"


def test_an_incomplete_run_keeps_to_the_schemas(design, failing, tmp_path):
    broken = replace(failing, broken_off="the plug was pulled")
    write_report(broken, design, "a\x00<b>.zarr", tmp_path / "out")
    suite = checked_suite(tmp_path / "out" / "junit.xml")
    assert (suite.get("errors"), properties_of(suite)["verdict"]) == ("1", "incomplete")


def test_every_way_to_end_keeps_to_the_schemas(tmp_path):
    cases = [
        JunitCase(name="a"),
        JunitCase(name="b", ended="failure", why="why"),
        JunitCase(name="c", ended="error", why="why"),
        JunitCase(name="d", ended="skipped", why="its turn has not come", elapsed_s=1234.5),
    ]
    began = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
    suite = junit_suite("s", "x.y", cases, {"empty": "", "full": "1"}, began, 12345.6789)
    (tmp_path / "junit.xml").write_bytes(xml_bytes(suite))
    back = checked_suite(tmp_path / "junit.xml")
    assert [back.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert (back.get("time"), back.get("timestamp")) == ("12345.679", "2026-11-30T01:02:03")
    assert back.find("testcase/skipped").text == "its turn has not come"
    assert back.findall("testcase")[3].get("time") == "1234.500"
    assert properties_of(back) == {"full": "1"}
