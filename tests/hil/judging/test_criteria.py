"""A verdict is a list of criteria: one entry of the table reaches every report, and what follows from the list."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module
from xml.etree import ElementTree

import numpy as np
import pytest

from earloop.cli.output.verdict_lines import exit_status, print_verdict
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging import criteria
from earloop.hil.judging.criterion import Criterion, CriterionState, Judgement, by_measure, count_criterion
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.open_live import live_golden
from earloop.hil.live.tables import loss_table
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.reports.summary import write_report
from earloop.recordings import write_session
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.system.project import ROOT
from tests.hil.conftest import AlteredDevice
from tests.hil.live.conftest import Waiting

MOST_MV = 0.001


def loudness(figures):
    """A made-up criterion: how loud the loudest channel is."""
    found_mv = float(np.ptp(figures.input_counts.highest) * figures.design.converter.lsb_uv / 1000)
    why = (f"the loudest channel has {found_mv:.3f} mV, {MOST_MV:g} mV may be",) if found_mv > MOST_MV else ()
    return [
        Criterion(
            name=f"{MOST_MV:g} mV at most",
            measure="loudness of the loudest channel",
            found=found_mv,
            limit=MOST_MV,
            unit="mV",
            found_words=f"{found_mv:.3f} mV",
            limit_words=f"{MOST_MV:g} mV",
            state=CriterionState.FAILED if why else CriterionState.PASSED,
            why=why,
        )
    ]


@pytest.fixture
def one_more(monkeypatch):
    """The table with the made-up criterion at its end."""
    monkeypatch.setattr(criteria, "CRITERIA", (*criteria.CRITERIA, loudness))


@pytest.fixture
def quiet(monkeypatch):
    """A limit of the made-up criterion that every signal keeps to."""
    monkeypatch.setitem(globals(), "MOST_MV", 1e6)


WHY = r"the loudest channel has [\d.]+ mV, 0\.001 mV may be"


def test_one_entry_of_the_table_stands_in_every_report_of_a_run(one_more, fixed, codes_10s, tmp_path, capsys):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed)
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    print_verdict(verdict, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["verdict"] == "fail"
    last = summary["criteria"][-1]
    assert (last["name"], last["limit"], last["unit"]) == ("0.001 mV at most", 0.001, "mV")
    assert (last["state"], last["passed"]) == ("failed", False)
    assert [re.fullmatch(WHY, reason) is not None for reason in summary["reasons"]] == [True]
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    case = suite.find("testcase[@name='0.001 mV at most']")
    assert re.fullmatch(WHY, case.find("failure").get("message"))
    page = (tmp_path / "out" / "report.html").read_text()
    row = re.search(r"<tr><th scope=\"row\">loudness of the loudest channel</th>.*?</tr>", page)[0]
    assert '<td class="n">0.001 mV</td>' in row
    assert ">no</strong>" in row
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("FAIL: golden")
    assert re.fullmatch(f"  {WHY}", said[1])


def test_one_entry_of_the_table_stands_in_the_reports_of_a_plan(one_more, fixed, codes_10s, tmp_path):
    write_session(replace(codes_10s, data=codes_10s.data[:2000]), tmp_path / "mine.zarr")
    (tmp_path / "a.toml").write_text('[recordings.mine]\nfile = "mine.zarr"\n[devices.model]\nkind = "golden"\n')
    plan, out = load_plan(tmp_path / "a.toml"), tmp_path / "out"
    (outcome,) = run_plan(plan, out, lambda case, samples: nullcontext(lambda done: None))
    assert outcome.status is CaseStatus.FAIL
    assert outcome.criteria[-1]["name"] == "0.001 mV at most"
    assert re.search(WHY, (out / "report.html").read_text())
    (case,) = json.loads((out / "summary.json").read_text())["cases"]
    assert case["criteria"][-1]["passed"] is False
    (failure,) = ElementTree.parse(out / "junit.xml").getroot().iter("failure")
    assert re.fullmatch(WHY, failure.get("message"))
    (kept,) = run_plan(plan, out, lambda case, samples: nullcontext(lambda done: None))
    assert kept == replace(outcome, kept=True), "what was read back is what was passed on"


@pytest.mark.usefixtures("quiet")
def test_one_entry_of_the_table_stands_on_the_live_page(one_more, fixed, codes_10s):
    bench = LiveBench(fixed, live_golden(fixed, Waiting()), to_stimulus(codes_10s, fixed.design).codes)
    bench.start()
    bench.wait(120)
    shown = bench.snapshot()
    assert shown.verdict == "PASS"
    assert shown.account.criteria[-1].name == "1e+06 mV at most"
    assert re.search(r"<th>loudness of the loudest channel</th><td class=\"n \">[\d.]+ mV</td>", loss_table(shown))


@pytest.mark.parametrize("louder", [1, 20])
def test_a_live_account_is_held_to_the_criteria_of_the_rig(fixed, codes_10s, louder):
    """The louder signal clips tokens; that tokens may be lost is what the live bench takes of every device."""
    loud = np.clip(codes_10s.data.astype(np.int64) * louder, -(2**23), 2**23 - 1).astype(np.int32)
    recording = replace(codes_10s, data=loud)
    bench = LiveBench(fixed, live_golden(fixed, Waiting()), to_stimulus(recording, fixed.design).codes)
    bench.start()
    bench.wait(120)
    account, verdict = bench.snapshot().account, judge(GoldenDevice(fixed), recording, fixed)
    assert (verdict.saturated_share > 0) == (louder > 1)
    batch, live = ({each.name: each for each in judged.criteria} for judged in (verdict, account))
    assert live.keys() - batch.keys() == {"0 tokens lost at most"}
    assert batch.keys() - live.keys() == {"decimated equals the golden model", "notched equals the golden model"}
    for name in live.keys() & batch.keys():
        one, other = live[name], batch[name]
        assert (one.state, one.why, one.found_words) == (other.state, other.why, other.found_words), name
        assert (one.found is None) == (other.found is None), name
        assert one.found is None or one.found == pytest.approx(other.found, rel=1e-5), name
    assert account.word == verdict.word


def test_a_device_that_complains_of_itself_fails_in_junit_too(fixed, codes_10s, tmp_path):
    def complaining(run):
        return replace(run, complaints=("KERNEL: the self test found an error",))

    verdict = judge(AlteredDevice(fixed, complaining), codes_10s, fixed)
    assert verdict.reasons == ["KERNEL: the self test found an error"]
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == ["the device reports no fault of itself"]


def test_what_is_not_judged_is_a_state_of_its_own(fixed, codes_10s, tmp_path):
    data = codes_10s.data.copy()
    data[:, 2] = 12345
    verdict = judge(GoldenDevice(fixed), replace(codes_10s, data=data), fixed)
    assert (verdict.word, verdict.passed, exit_status(verdict)) == ("not judged", False, 2)
    (criterion,) = (each for each in verdict.criteria if each.passed is False)
    assert (criterion.measure, criterion.found, criterion.state) == ("flat channels", 1, CriterionState.NOT_JUDGED)
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    (error,) = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot().iter("error")
    assert error.get("message").startswith("not judged: T8 is flat")


def test_a_run_that_broke_off_and_differs_says_both_and_is_incomplete(failing):
    broken = replace(failing, broken_off="the plug was pulled")
    assert (broken.word, exit_status(broken)) == ("incomplete", 2)
    assert [reason.split(":")[0] for reason in broken.reasons] == ["broken off", "tokens"]


class Listed(Judgement):
    """A judgement of these criteria."""

    criteria = ()

    def __init__(self, *states):
        made = count_criterion(name="a", measure="b", found=0, limit=0, why=())
        self.criteria = tuple(replace(made, state=each, why=(each.value,)) for each in states)


@pytest.mark.parametrize(
    ("states", "word", "reasons", "unjudged"),
    [
        ([], "pass", [], []),
        ([CriterionState.PASSED, CriterionState.NOT_ASKED], "pass", [], []),
        ([CriterionState.PASSED, CriterionState.NOT_JUDGED], "not judged", [], ["not judged"]),
        ([CriterionState.NOT_JUDGED, CriterionState.FAILED], "fail", ["failed"], ["not judged"]),
        (
            [CriterionState.FAILED, CriterionState.INCOMPLETE, CriterionState.PASSED],
            "incomplete",
            ["failed", "incomplete"],
            [],
        ),
    ],
)
def test_the_gravest_standing_decides(states, word, reasons, unjudged):
    judgement = Listed(*states)
    assert (judgement.word, judgement.reasons, judgement.unjudged) == (word, reasons, unjudged)
    assert judgement.passed == (word == "pass")


def count(measure, found, *, limit=10, at_least=False):
    why = ("too few",) if at_least and found < limit else ("too many",) if not at_least and found > limit else ()
    return replace(
        count_criterion(name=f"{measure} {found}", measure=measure, found=found, limit=limit, why=why),
        at_least=at_least,
    )


def test_a_row_shows_the_worst_of_its_measure_and_how_many_fail():
    rows = by_measure([count("a", 3), count("b", 12, at_least=True), count("a", 7), count("b", 11, at_least=True)])
    assert [(row.name, row.worst.found, row.failed, row.passed) for row in rows] == [
        ("a, worst of 2", 7, 0, True),
        ("b, worst of 2", 11, 0, True),
    ]
    (row,) = by_measure([count("a", 30, limit=100), count("a", 20), count("a", 3)])
    assert (row.worst.found, row.failed, row.count, row.passed) == (20, 1, 3, False), "one that fails, if any does"


def test_the_worst_sqnr_has_one_home(fixed, codes_10s, tmp_path):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed)
    worst = min(verdict.qualities, key=lambda quality: quality.worst_db)
    assert verdict.worst_band is worst
    summary = write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    assert summary["worst_sqnr"] == {"band": worst.band, "db": summary["sqnr_db"][worst.band]}


def limits_of_the_docs():
    """Rows of the table of tolerances in docs/how-to/bench.md: name, default, what it says."""
    page = (ROOT / "docs" / "how-to" / "bench.md").read_text(encoding="utf-8")
    table = page.partition("| tolerance | default | says |")[2].partition("\n\n")[0]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.splitlines()[2:]]


def test_the_docs_say_of_each_tolerance_what_it_says_itself():
    assert limits_of_the_docs() == [
        (f"`{name}`", _default_words(field.default), field.description)
        for name, field in Tolerances.model_fields.items()
    ]


def _default_words(default):
    return {None: "none", "{}": "the design's"}.get(None if default is None else str(default), f"{default}")


@pytest.mark.parametrize("name", ["hil_acquire", "hil_replay"])
def test_the_options_of_the_commands_have_the_defaults_of_the_tolerances(name):
    command = import_module(f"earloop.cli.commands.{name}").command
    options = command.make_context(name, [], resilient_parsing=True).params
    found = {limit: options[limit] for limit in Tolerances.model_fields if limit in options}
    assert found == {limit: getattr(Tolerances(), limit) for limit in found}
    assert len(found) == 4
