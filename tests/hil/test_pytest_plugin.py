"""The pytest plugin, in suites of its own: plans as tests, the earbud as a fixture, and nothing where none is asked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from earloop.recordings import write_session
from earloop.system.project import ROOT

PLAN = '[recordings.mine]\nfile = "mine.zarr"\n[devices.model]\nkind = "golden"\n'
CASE = "mine--model--reference--strict"


@pytest.fixture
def suite(pytester, codes_10s, monkeypatch):
    """Runs pytest with the plugin in a folder with a recording of 2 s and the plan of a text."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # whether or not it is installed as an entry point
    write_session(replace(codes_10s, data=codes_10s.data[:2000]), pytester.path / "mine.zarr")

    def run(*arguments, plan=PLAN, name="nightly.plan.toml", tests=None):
        (pytester.path / name).write_text(plan)
        if tests is not None:
            pytester.makepyfile(test_own=tests)
        return pytester.runpytest_inprocess("-p", "earloop.hil.pytest_plugin", "-p", "no:cacheprovider", *arguments)

    return run


def test_each_case_of_a_plan_is_a_test_of_its_name_with_its_report(suite, pytester):
    made = PLAN + "[tolerances.strict]\n[tolerances.lax]\nmismatches = 3\n"
    result = suite("nightly.plan.toml", "-v", "--hil-out", "reports", plan=made)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [f"nightly.plan.toml::{CASE} PASSED*", "nightly.plan.toml::mine--model--reference--lax *"]
    )
    summary = pytester.path / "reports" / "nightly.plan" / CASE / "summary.json"
    assert json.loads(summary.read_text())["verdict"] == "pass"


OWN = "def test_of_the_suite(): pass"


@pytest.mark.parametrize("arguments", [(), (".",), ("test_own.py",)])
def test_a_plan_that_merely_lies_there_is_no_test(suite, pytester, arguments):
    suite(*arguments, plan="no TOML at all [", tests=OWN).assert_outcomes(passed=1)
    assert not (pytester.path / "out").exists()


@pytest.mark.parametrize("pattern", ["*.plan.toml", "nightly.plan.toml"])
def test_the_ini_file_makes_plans_tests_like_any_other(suite, pytester, pattern):
    pytester.makeini(f"[pytest]\nhil_plans = {pattern}")
    suite(tests=OWN).assert_outcomes(passed=2)


def test_the_ini_file_names_no_others(suite, pytester):
    pytester.makeini("[pytest]\nhil_plans = plans/*.toml")
    suite(tests=OWN).assert_outcomes(passed=1)


def test_without_being_asked_it_prints_nothing(suite, pytester):
    suite(tests=OWN)

    def printed(*plugin):
        done = pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider", "-v")
        return [re.sub(r"in [0-9.]+s", "", line) for line in done.outlines if not line.startswith("plugins:")]

    assert printed("-p", "earloop.hil.pytest_plugin") == printed()


def test_a_plan_of_any_name_is_run_alone_where_no_tests_are_named(suite):
    result = suite("--hil-plan", "own.toml", name="own.toml", tests="def test_of_the_suite(): assert False")
    result.assert_outcomes(passed=1)


def test_a_missed_limit_is_a_failure_that_says_the_reasons_and_no_traceback(suite):
    tight = PLAN + "[tolerances.strict]\nmin_sqnr_db = { eeg_delta = 200.0 }\n"
    result = suite("nightly.plan.toml", plan=tight)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["eeg_delta, channel T7: SQNR * dB short", "report: *report.html"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py:*")


def test_a_device_that_cannot_be_run_is_an_error_and_no_failure(suite):
    result = suite("nightly.plan.toml", "--hil-device", "serial", "--hil-port", "/dev/no-such-port")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["/dev/no-such-port: cannot be opened *"])
    result.stdout.no_fnmatch_line("*.py:*")


def test_the_device_of_the_options_takes_the_place_of_the_plans(suite):
    plan = PLAN.replace('kind = "golden"', 'kind = "serial"') + '[devices.other]\nkind = "ble"\n'
    result = suite("nightly.plan.toml", "-v", "--hil-device", "golden", plan=plan)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::mine--golden--reference--strict PASSED*"])


def test_a_plan_that_names_a_recording_that_is_not_there_is_one_line(suite):
    result = suite("nightly.plan.toml", plan=PLAN.replace("mine.zarr", "gone.zarr"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*recordings.mine.file = 'gone.zarr': does not exist*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_kind_of_device_that_there_is_not_is_one_line(suite):
    result = suite("nightly.plan.toml", "--hil-device", "abacus")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["--hil-device: kind = 'abacus': *golden*"])
    result.stdout.no_fnmatch_line("*.py:*")


TESTS = """
import pytest
opened = []

def test_one(earbud, earbud_design):
    opened.append(earbud)
    assert earbud.identity.design_hash == earbud_design.design.design_hash

def test_two(earbud):
    assert opened == [earbud], "one device for the session"

@pytest.mark.hil_device("serial", "ble")
def test_of_a_real_one(): pass

@pytest.mark.hil_device("golden")
def test_of_this_one(): pass

@pytest.mark.hil
def test_of_any(): pass
"""


def test_the_fixture_is_the_chosen_device_and_tests_of_others_are_skipped(suite):
    result = suite("test_own.py", "-rs", "--strict-markers", "--hil-device", "golden", tests=TESTS)
    result.assert_outcomes(passed=4, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * for serial or ble; the device is golden"])


RUNS = """
import numpy as np
from earloop.hil.faults.lossy_port import FaultRates
from earloop.hil.faults.fault import parse_fault

def run(earbud, design):
    codes = np.random.default_rng(1).integers(-99_999, 99_999, (1500, len(design.design.channels))).astype(np.int32)
    return earbud.run(codes, lambda samples: None)

def test_over_a_good_line(earbud, earbud_design):
    assert run(earbud, earbud_design).received.all()

def test_over_a_bad_line(earbud, earbud_design):
    earbud.link.line._port.set_rates(FaultRates(duplicate=0.2))
    try:
        run(earbud, earbud_design)
    finally:
        earbud.link.line._port.set_rates(FaultRates())

def test_of_a_fault_that_was_asked_for(earbud, earbud_design, earbud_line):
    earbud_line.begin(parse_fault("duplicate"))
    account = run(earbud, earbud_design).line
    earbud_line.end()
    assert account.stale > 0

def test_over_a_good_line_again(earbud, earbud_design):
    assert run(earbud, earbud_design).received.all()
"""


def test_a_test_whose_link_repaired_frames_fails_with_the_account_unless_it_asked_for_the_fault(suite):
    result = suite("test_own.py", "-v", "--hil-device", "firmware", tests=RUNS)
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_over_a_bad_line*"])
    result.stdout.fnmatch_lines(
        ["  frames repeated: 0 damaged, 0 missing, * late or twice, of * frames in both directions*"]
    )
    result.stdout.fnmatch_lines(["these faults were not injected; a test that injects faults must use the fixture *"])
    result.stdout.no_fnmatch_line("*.py:*: in *")


def test_without_a_device_its_tests_are_skipped_with_the_reason(suite):
    result = suite("test_own.py", "-rs", "--strict-markers", tests=TESTS)
    result.assert_outcomes(skipped=5)
    result.stdout.fnmatch_lines(["SKIPPED * runs on a device: choose one with --hil-device"])


def test_a_device_that_cannot_be_opened_is_one_line_for_the_fixture(suite):
    result = suite("test_own.py", "--hil-device", "rtl", "--hil-image", "gone", tests=TESTS)
    result.assert_outcomes(errors=2, passed=1, skipped=2)
    result.stdout.fnmatch_lines(["gone: no such image*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--hil-port", "x"], "*--hil-port: needs the kind of the device; add --hil-device KIND"),
        (["--hil-plan", "gone.toml"], "*gone.toml*"),
    ],
)
def test_wrong_options_are_one_line(suite, arguments, said):
    result = suite(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


def test_a_suite_that_asks_for_nothing_pays_nothing(tmp_path):
    """In a process of its own: of the project's rooms and what they stand on, nothing is imported."""
    (tmp_path / "test_own.py").write_text(
        "import sys\ndef test_imports():\n"
        "    assert 'earloop.hil.pytest_plugin' in sys.modules\n"
        "    not_yet = {'numpy', 'scipy', 'torch', 'pydantic', 'bleak', 'earloop.spec', 'earloop.hil.run'}\n"
        "    assert not not_yet & set(sys.modules)\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "earloop.hil.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "test_own.py",
    ]
    environment = {"PYTHONPATH": str(ROOT / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
