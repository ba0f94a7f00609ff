"""`earloop hil run PLAN.toml`: its table, its exit status, and the plans that it refuses."""

from __future__ import annotations

import json

import pytest

PLAN = '[recordings.made]\nscenario = "short-session"\nseconds = 10.0\n[devices.model]\nkind = "golden"\n'
CASE = "made--model--reference--strict"


@pytest.fixture
def plan(tmp_path):
    def write(text):
        path = tmp_path / "plan.toml"
        path.write_text(text)
        return path

    return write


def test_a_plan_that_passes_prints_a_table_and_keeps_its_verdicts(earloop, plan, tmp_path):
    ended = earloop("hil", "run", plan(PLAN), "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert CASE in ended.out
    assert "pass" in ended.out
    assert ended.err == "", "no progress bar where no one looks"
    again = earloop("hil", "run", plan(PLAN), "--out", tmp_path / "out")
    assert again.status == 0
    assert "pass (kept)" in again.out


def test_a_limit_that_is_missed_ends_with_1_and_is_named(earloop, plan, tmp_path):
    strict = PLAN + "[tolerances.tight]\nmin_sqnr_db = { eeg_delta = 200.0 }\n"
    ended = earloop("hil", "run", plan(strict), "--out", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (ended.status, summary["counts"]["fail"]) == (1, 1), ended
    assert "dB short" in ended.out


def test_a_case_that_could_not_be_run_ends_with_2(earloop, plan, tmp_path):
    (tmp_path / "tty").write_text("")
    no_port = PLAN.replace('kind = "golden"', f'kind = "serial"\nport = "{tmp_path / "tty"}"')
    ended = earloop("hil", "run", plan(no_port), "--out", tmp_path / "out")
    assert ended.status == 2
    assert "could not run" in ended.out
    assert "tty: cannot be opened" in ended.out


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "recordings: missing"),
        (PLAN + "colour = 3\n", "devices.model.colour: unknown key"),
        (PLAN.replace('scenario = "short-session"\nseconds = 10.0', 'file = "gone.bdf"'), "gone.bdf"),
    ],
)
def test_a_plan_that_is_wrong_is_one_line_before_anything_is_run(refused, plan, tmp_path, text, named):
    assert named in refused("hil", "run", plan(text), "--out", tmp_path / "out")


def test_options_beside_a_plan_are_refused(refused, plan, tmp_path):
    message = refused("hil", "run", plan(PLAN), "--device", "golden", "--out", tmp_path / "out")
    assert message.startswith("--device: the plan states this")
