"""Running a plan: a verdict for each case, kept while its inputs are what they were."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace

import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.plan import inputs
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.run.device import Identity
from earloop.recordings import write_session
from earloop.recordings.recording import Recording
from tests.hil.reports.junit_rules import checked_suite, properties_of

PLAN = """
[recordings.mine]
file = "mine.zarr"
[recordings.made]
scenario = "short-session"
seconds = 10.0
seed = 4
[devices.model]
kind = "golden"
"""


@pytest.fixture
def folder(tmp_path, codes_10s):
    write_session(excerpt(codes_10s, 3), tmp_path / "mine.zarr")
    return tmp_path


def excerpt(recording, seconds):
    return Recording(recording.data[: 1000 * seconds], recording.unit, recording.sfreq, recording.channels)


@pytest.fixture
def run(folder):
    """Runs the plan of a text; returns its outcomes and the names of the cases whose device ran."""

    def of(text=PLAN):
        (folder / "nightly.toml").write_text(text)
        ran = []

        def progress(case, samples):
            ran.append(case.name)
            return nullcontext(lambda done: None)

        return run_plan(load_plan(folder / "nightly.toml"), folder / "out", progress), ran

    return of


MINE, MADE = "mine--model--reference--strict", "made--model--reference--strict"


def test_each_case_has_its_report_and_all_have_one(run, folder, fixed):
    outcomes, ran = run()
    assert ran == [MINE, MADE]
    assert [(outcome.case, outcome.status, outcome.mismatches) for outcome in outcomes] == [
        (MINE, CaseStatus.PASS, 0),
        (MADE, CaseStatus.PASS, 0),
    ]
    for name, seconds in ((MINE, 3.0), (MADE, 10.0)):
        assert json.loads((folder / "out" / name / "summary.json").read_text())["recording"]["duration_s"] == seconds
        assert (folder / "out" / name / "report.html").exists()
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert summary["counts"] == {"pass": 2, "fail": 0, "not judged": 0, "could not run": 0, "not run": 0}
    assert f"| {MADE} | pass |" in (folder / "out" / "summary.md").read_text()
    suite = checked_suite(folder / "out" / "junit.xml")
    assert [case.get("name") for case in suite.iter("testcase")] == [MINE, MADE]
    taken = [float(case.get("time")) for case in suite.iter("testcase")]
    assert min(taken) > 0
    assert float(suite.get("time")) == pytest.approx(sum(taken), abs=0.002)
    told = properties_of(suite)
    assert (told["plan"], told["report"]) == ("nightly", str(folder / "out" / "report.html"))
    assert told[f"{MINE}: report"] == str(folder / "out" / MINE / "report.html")
    assert (told[f"{MADE}: kind"], told[f"{MADE}: design_hash"]) == ("golden", fixed.design.design_hash)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "0")


def test_a_case_with_a_verdict_is_not_run_again(run):
    first, _ = run()
    second, ran = run()
    assert ran == []
    assert all(outcome.kept for outcome in second)
    assert [outcome.worst_sqnr_db for outcome in second] == [outcome.worst_sqnr_db for outcome in first]


def test_a_changed_recording_is_run_again_and_nothing_else(run, folder, codes_10s):
    run()
    write_session(excerpt(codes_10s, 4), folder / "mine.zarr")
    assert run()[1] == [MINE]


def test_changed_limits_a_changed_seed_and_a_changed_program_are_run_again(run, monkeypatch):
    run()
    assert run(PLAN.replace("seed = 4", "seed = 5"))[1] == [MADE]
    assert run(PLAN.replace("seed = 4", "seed = 5") + "[tolerances.strict]\nmismatches = 1\n")[1] == [MINE, MADE]
    monkeypatch.setattr(inputs, "program_digest", lambda: "another")
    assert run(PLAN)[1] == [MINE, MADE]


def test_a_damaged_verdict_is_none(run, folder):
    run()
    (folder / "out" / MADE / "summary.json").write_text("{")
    assert run()[1] == [MADE]


def test_a_missed_limit_fails_and_says_by_how_much(run, folder):
    outcomes, _ = run(PLAN + "[tolerances.strict]\nmin_sqnr_db = { eeg_delta = 200.0, eeg_theta = 20.0 }\n")
    for outcome in outcomes:
        assert outcome.status is CaseStatus.FAIL
        assert len(outcome.reasons) == 4, "a line each channel"
        for reason in outcome.reasons:
            reached_db, short_db = (float(reason.split(word)[1].split(" dB")[0]) for word in ("SQNR ", "wanted: "))
            assert reason.startswith("eeg_delta, channel ")
            assert reached_db + short_db == pytest.approx(200, abs=0.11)
    suite = checked_suite(folder / "out" / "junit.xml")
    assert (suite.get("failures"), suite.get("errors")) == ("2", "0")
    assert "dB short" in suite.find("testcase").find("failure").get("message")


def test_a_case_that_could_not_be_run_stops_no_other_and_is_run_again(run, folder, codes_10s):
    write_session(Recording(codes_10s.data[:10], "codes", 1000.0, codes_10s.channels), folder / "mine.zarr")
    outcomes, _ = run()
    assert [outcome.status for outcome in outcomes] == [CaseStatus.COULD_NOT_RUN, CaseStatus.PASS]
    assert "samples yield no token" in outcomes[0].reasons[0]
    suite = checked_suite(folder / "out" / "junit.xml")
    assert suite.get("errors") == "1"
    assert suite.find("testcase").find("error") is not None
    assert run()[1] == [MINE]


def test_a_plan_that_is_broken_off_goes_on_where_it_was(folder):
    (folder / "nightly.toml").write_text(PLAN)
    plan, out = load_plan(folder / "nightly.toml"), folder / "out"

    def interrupt(case, samples):
        if case.name == MADE:
            raise KeyboardInterrupt
        return nullcontext(lambda done: None)

    with pytest.raises(KeyboardInterrupt):
        run_plan(plan, out, interrupt)
    counts = json.loads((out / "summary.json").read_text())["counts"]
    assert (counts["pass"], counts["not run"]) == (1, 1)
    assert checked_suite(out / "junit.xml").get("skipped") == "1"
    outcomes = run_plan(plan, out, lambda case, samples: nullcontext(lambda done: None))
    assert [outcome.kept for outcome in outcomes] == [True, False]


def test_a_real_earbud_that_is_who_it_was_keeps_its_verdict(run, fixed):
    mine = PLAN.partition("[recordings.made]")[0]
    with Emulator(build_elf(fixed)) as emulator:
        text = f'{mine}[devices.model]\nkind = "serial"\nport = "{emulator.port}"\n'
        first, ran = run(text)
        assert (first[0].status, ran) == (CaseStatus.PASS, [MINE])
        assert run(text)[1] == []


def test_another_build_on_the_same_port_is_run_again(folder):
    (folder / "nightly.toml").write_text(PLAN)
    case = load_plan(folder / "nightly.toml").cases[0]
    earbud = Identity(kind="serial", name="earbud on /dev/ttyACM0, chip 01", design_hash="ab" * 32, build="0001")
    assert inputs.inputs_digest(case, earbud) == inputs.inputs_digest(case, earbud)
    assert inputs.inputs_digest(case, earbud) != inputs.inputs_digest(case, replace(earbud, build="0002"))
