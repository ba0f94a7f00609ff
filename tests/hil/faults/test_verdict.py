"""Findings in verdicts, reports and plans; with a fault brought about, the verdict is on whether it was noticed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.open_device import DeviceOptions
from earloop.hil.devices.open_faulty import open_faulty
from earloop.hil.faults.fault import FaultError, parse_fault
from earloop.hil.judging.judge import judge
from earloop.hil.plan.inputs import inputs_digest
from earloop.hil.plan.plan import PlanError, load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.reports.summary import write_report
from earloop.hil.transcript.format import RecordingRead
from earloop.hil.transcript.recorder import Recorder

PLAN = '[recordings.made]\nscenario = "short-session"\nseconds = 10.0\n[devices.model]\nkind = "golden"\n'
FAULTS = '[faults.loose]\nkind = "lead-off"\nchannels = ["T8"]\n[faults.weak]\nkind = "gain"\n'


@pytest.fixture
def plan(tmp_path):
    def of(text):
        (tmp_path / "nightly.toml").write_text(text)
        return load_plan(tmp_path / "nightly.toml")

    return of


@pytest.fixture(scope="module")
def noticed(fixed, codes_10s):
    fault = parse_fault("swapped:T9,T10")
    with open_faulty("golden", fixed, DeviceOptions(), fault) as device:
        return judge(device, codes_10s, fixed, fault=fault)


def test_a_noticed_fault_passes_though_much_differs(noticed):
    assert noticed.passed, noticed.reasons
    assert noticed.mismatches > 10_000
    assert [finding.where.channels for finding in noticed.findings] == [("T9", "T10")]


def test_an_unnoticed_fault_fails(fixed, codes_10s):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed, fault=parse_fault("gain:T9"))
    assert verdict.reasons == [
        "the fault gain of T9 from 0 s, 0.995 factor must be noticed as gain; found: no findings"
    ]


def test_the_wrong_channel_is_not_noticed(fixed, codes_10s):
    with open_faulty("golden", fixed, DeviceOptions(), parse_fault("gain:T7")) as device:
        verdict = judge(device, codes_10s, fixed, fault=parse_fault("gain:T9"))
    assert not verdict.passed


def test_without_a_fault_on_purpose_a_finding_saves_no_run(fixed, codes_10s):
    with open_faulty("golden", fixed, DeviceOptions(), parse_fault("gain:T7")) as device:
        verdict = judge(device, codes_10s, fixed)
    assert not verdict.passed
    assert verdict.reasons[0].startswith("decimated: ")
    assert [finding.kind.value for finding in verdict.findings] == ["first tap that differs", "gain"]


def test_a_report_names_what_seems_to_be_wrong_before_where_it_differs(noticed, design, tmp_path):
    write_report(noticed, design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["verdict"], summary["fault"]["kind"]) == ("pass", "swapped")
    assert summary["findings"][0]["channels"] == ["T9", "T10"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert 0 < page.index("What seems to be wrong") < page.index("First divergence")
    (case,) = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot().iter("testcase")
    assert case.get("name") == "the fault swapped of T9, T10 from 0 s is noticed"
    assert case.find("failure") is None


def test_faults_are_a_factor_of_a_plan(plan):
    cases = plan(PLAN + FAULTS).cases
    assert [case.name for case in cases] == [f"made--model--reference--{name}--strict" for name in ("loose", "weak")]
    assert cases[0].fault == parse_fault("lead-off:T8")
    assert [(case.name, case.fault) for case in plan(PLAN).cases] == [("made--model--reference--strict", None)]


def test_a_plan_judges_each_fault_by_whether_it_is_noticed_and_keeps_its_verdicts(plan, tmp_path):
    def run(text):
        return run_plan(plan(text), tmp_path / "out", lambda case, samples: nullcontext(lambda done: None))

    assert [(outcome.status, outcome.kept) for outcome in run(PLAN + FAULTS)] == [(CaseStatus.PASS, False)] * 2
    other = FAULTS + "amount = 1.0\n"  # a gain that is none cannot be noticed
    first, second = run(PLAN + other)
    assert (first.status, first.kept) == (CaseStatus.PASS, True)
    assert (second.status, second.kept) == (CaseStatus.FAIL, False)
    assert second.reasons[0].endswith("found: no findings")


def test_a_verdict_follows_from_the_fault(plan):
    (case, _) = plan(PLAN + FAULTS).cases
    assert inputs_digest(case, None) != inputs_digest(replace(case, fault=None), None)
    assert inputs_digest(case, None) != inputs_digest(replace(case, fault=parse_fault("lead-off:T7")), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[faults.a]\nkind = "gremlin"\n', "faults.a.kind = 'gremlin'"),
        ('[faults.a]\nkind = "gain"\nchannels = ["Fp1"]\n', "faults.a: gain: no channel Fp1; the design has T7"),
        ('[faults.a]\nkind = "drop"\n', "faults.a: drop: golden has no line on which to inject faults"),
        ('[faults.a]\nkind = "stuck"\nbegins_s = 10.0\n', "faults.a: stuck: begins at 10 s, the recording has 10 s"),
        ('[faults.a]\nkind = "reset"\namount = 1.0\n', "faults.a.*reset has no amount"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_before_anything_is_run(plan, text, message):
    with pytest.raises(PlanError, match=rf"nightly\.toml: .*{message}") as refused:
        plan(PLAN + text)
    assert "\n" not in str(refused.value)


def test_no_transcript_is_written_of_a_spoilt_line(fixed, tmp_path):
    recorder = Recorder(tmp_path / "a.transcript", RecordingRead("a"), fixed.design.design_hash)
    with pytest.raises(FaultError, match=r"^drop: a run with faults on its line cannot have a transcript"):
        open_faulty("firmware", fixed, DeviceOptions(recorder=recorder), parse_fault("drop"))


@pytest.mark.parametrize("text", ["drop", "reset"])
def test_the_emulated_board_is_struck_as_the_firmware_in_this_process_is(fixed, codes_10s, text):
    fault = parse_fault(text)
    short = replace(codes_10s, data=codes_10s.data[:5000], annotations=())
    with open_faulty("firmware", fixed, DeviceOptions(), fault) as device:
        verdict = judge(device, short, fixed, fault=fault)
    assert verdict.passed, verdict.reasons
