"""`earloop hil analog` and `earloop hil generators`, from the command line to the files."""

from __future__ import annotations

import json

import pytest

from tests.hil.reports.junit_rules import checked_suite


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("analog") / "report"


def test_the_whole_way_through_a_simulated_bench_passes_and_is_reported(earloop, session, out):
    ended = earloop(
        *("hil", "analog", "--generator", "simulated", "--device", "simulated", "--seed", 3),
        *("--recording", session, "--seconds", 2, "--out", out),
    )
    assert ended.status == 0, ended
    assert ended.out.startswith("PASS: simulated, analog")
    summary = json.loads((out / "summary.json").read_text())
    assert summary["verdict"] == "pass"
    assert summary["tokens_against_golden"]["mismatches"] == 0
    assert summary["tokens_against_golden"]["compared"] > 50 * 4 * 12 * 30
    assert summary["calibration"]["by"] == "codes"
    assert 0.9 < summary["calibration"]["gain"]["T7"] < 1.1
    assert summary["bands"]["eeg_alpha"]["judged"] == dict.fromkeys(("T7", "T9", "T8", "T10"), True)
    assert summary["bands"]["ecg_lf"]["why_not"].startswith("needs 200 s of stimulus")
    suite = checked_suite(out / "junit.xml")
    assert suite.get("failures") == "0"
    assert int(suite.get("skipped", "0")) == len(suite.findall("testcase/skipped")) > 0
    page = (out / "report.html").read_text()
    assert page.count("<svg") == 3
    assert "could not be measured" in page


def test_the_help_says_that_no_person_wears_it(earloop):
    ended = earloop("hil", "analog", "--help")
    assert "generator's ground must not reach a person" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--generator", "simulated", "--device", "serial"), "a simulated generator drives a simulated earbud"),
        (("--generator", "tone", "--device", "serial"), "wanted visa:RESOURCE, sound:DEVICE, or simulated"),
        (("--generator", "simulated", "--device", "simulated", "--attenuation", "0.1"), "attenuation 0.1: volts in"),
        (("--generator", "simulated", "--device", "simulated", "--attenuation", "10"), "attenuator of 14 or more"),
        (
            ("--generator", "simulated", "--device", "simulated", "--attenuation", "1e5"),
            "it gives 5 V: use an attenuator",
        ),
        (("--generator", "simulated", "--device", "simulated", "--scale", "1e5"), "the converter's range is 375.0 mV"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(refused, session, tmp_path, options, words):
    complaint = refused("hil", "analog", *options, "--recording", session, "--out", tmp_path / "report")
    assert words in complaint


def test_generators_lists_the_simulated_one_whatever_hardware_there_is(earloop):
    ended = earloop("hil", "generators")
    assert ended.status == 0
    assert ended.out.splitlines()[-1] == "simulated"
