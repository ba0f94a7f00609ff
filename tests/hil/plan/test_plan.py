"""A plan's file: the cases it makes, and what is refused before anything is run."""

from __future__ import annotations

import shutil

import pytest

from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.plan.plan import PlanError, load_plan
from earloop.spec.design import DEFAULT_DESIGN_PATH
from earloop.spec.errors import EarloopError

RECORDINGS = '[recordings.made]\nscenario = "short-session"\nseconds = 10.0\n'


def a_device(kind, more=""):
    """The table of one."""
    return f'[devices.model]\nkind = "{kind}"\n{more}\n'


DEVICES = a_device("golden")


@pytest.fixture
def load(tmp_path):
    def of(text):
        path = tmp_path / "nightly.toml"
        path.write_text(text)
        return load_plan(path)

    return of


def test_each_combination_is_a_case_in_the_order_of_the_file(load, tmp_path):
    (tmp_path / "b.bdf").write_text("")
    shutil.copy(DEFAULT_DESIGN_PATH, tmp_path / "own.toml")
    plan = load(
        RECORDINGS
        + '[recordings.b]\nfile = "b.bdf"\nchannels = ["X"]\n'
        + DEVICES
        + '[devices.emulated]\nkind = "firmware"\n'
        + '[designs.own]\nfile = "own.toml"\n'
        + "[tolerances.strict]\n[tolerances.lax]\nmismatches = 3\n"
    )
    assert plan.name == "nightly"
    assert [case.name for case in plan.cases] == [
        f"{recording}--{device}--own--{tolerances}"
        for recording in ("made", "b")
        for device in ("model", "emulated")
        for tolerances in ("strict", "lax")
    ]
    last = plan.cases[-1]
    assert (last.recording.file, last.recording.channels) == (tmp_path / "b.bdf", ("X",))
    assert (last.device.kind, last.design, last.tolerances.mismatches) == ("firmware", tmp_path / "own.toml", 3)


def test_without_designs_and_tolerances_the_reference_is_judged_strictly(load):
    (case,) = load(RECORDINGS + DEVICES).cases
    assert (case.design, case.tolerances) == (DEFAULT_DESIGN_PATH, Tolerances())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "recordings: missing"),
        ("[recordings]\n" + DEVICES, "recordings"),
        (RECORDINGS, "devices: missing"),
        ("recordings = ", "not a TOML file"),
        (RECORDINGS + DEVICES + "[colours.red]\n", "colours: unknown key; valid: designs, devices"),
        (RECORDINGS + "volume = 3\n" + DEVICES, r"recordings.made.volume: unknown key; valid: board, channels, file"),
        (RECORDINGS + '[devices.a]\nkind = "abacus"\n', r"devices.a.kind = 'abacus'"),
        (RECORDINGS + a_device("rtl", 'image = "gone.elf"'), r"devices.model.image = 'gone.elf': does not exist"),
        (RECORDINGS + a_device("serial", 'port = "/dev/none"'), r"devices.model.port = '/dev/none': does not exist"),
        (
            RECORDINGS + a_device("golden", 'address = "C0"'),
            r"devices.model: address: golden does not have this option; it is for ble",
        ),
        ('[recordings.a]\nfile = "gone.bdf"\n' + DEVICES, r"recordings.a.file = 'gone.bdf': does not exist"),
        ("[recordings.a]\n" + DEVICES, "recordings.a: needs either a file or a scenario"),
        ('[recordings.a]\nscenario = "short-session"\n' + DEVICES, "seconds: missing"),
        (
            RECORDINGS.replace("10.0", "9.0") + DEVICES,
            "recordings.made: seconds: 9; a synthetic",
        ),
        (RECORDINGS + "rate_hz = 5.0\n" + DEVICES, "rate_hz is not for a scenario"),
        (RECORDINGS + DEVICES + '[designs.a]\nfile = "gone.toml"\n', r"designs.a.file = 'gone.toml': does not exist"),
        (RECORDINGS + DEVICES + "[tolerances.a]\nmismatches = -1\n", r"tolerances.a.mismatches = -1"),
        (
            RECORDINGS + DEVICES + "[tolerances.a]\nmin_sqnr_db = { theta = 3.0 }\n",
            r"tolerances.a.min_sqnr_db.theta: design reference has no such band; it has: eeg_delta",
        ),
        ('[recordings."../up"]\nscenario = "short-session"\nseconds = 1.0\n' + DEVICES, "recordings"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_it(load, text, message):
    with pytest.raises(PlanError, match=f"nightly.toml: .*{message}") as error:
        load(text)
    assert "\n" not in str(error.value)


def test_a_scenario_that_is_not_there_is_refused(load):
    with pytest.raises(EarloopError, match="siesta"):
        load('[recordings.a]\nscenario = "siesta"\nseconds = 10.0\n' + DEVICES)


def test_a_plan_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlanError, match=r"gone\.toml: cannot be read"):
        load_plan(tmp_path / "gone.toml")


@pytest.mark.parametrize("name", ["n" * 300, "zero\\u0000byte", "", "a/b/c"])
def test_a_name_that_no_file_has_is_refused(load, name):
    mine, made = f'[recordings.m]\nfile = "{name}x"\n', f'[recordings.m]\nscenario = "{name}x"\nseconds = 10.0\n'
    for recording in (mine, made):
        with pytest.raises(EarloopError, match=r"does not exist|unknown; valid"):
            load(recording + DEVICES)
    with pytest.raises(PlanError, match="does not exist"):
        load(RECORDINGS + DEVICES + f'[designs.a]\nfile = "{name}x"\n')
