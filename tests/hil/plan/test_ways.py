"""What a plan may say of a device: the way in, real time, and a transcript of each case."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.judging.judge import judge
from earloop.hil.plan.device import PlannedDevice
from earloop.hil.plan.plan import PlanError, load_plan, on_device
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.plan.transcript import record_transcript
from earloop.hil.transcript.reader import read_transcript
from earloop.recordings import Recording, read_recording, write_session
from earloop.spec.design import DEFAULT_DESIGN_PATH

MADE = '[recordings.made]\nscenario = "short-session"\nseconds = 10.0\n'
MINE = '[recordings.mine]\nfile = "mine.zarr"\n'
BUS = '[devices.bus]\nkind = "firmware"\nway = "bus"\n'
PACED = '[devices.paced]\nkind = "firmware"\npaced = true\n'
DIGITAL = '[devices.digital]\nkind = "firmware"\n'


@pytest.fixture
def folder(tmp_path, codes_10s):
    short = Recording(codes_10s.data[:1000], "codes", codes_10s.sfreq, codes_10s.channels)
    write_session(short, tmp_path / "mine.zarr")
    return tmp_path


@pytest.fixture
def load(folder):
    def of(text):
        (folder / "nightly.toml").write_text(text)
        return load_plan(folder / "nightly.toml")

    return of


def run(plan, out):
    return run_plan(plan, out, lambda case, samples: nullcontext(lambda done: None))


def summary(out, device):
    return json.loads((out / f"mine--{device}--reference--strict" / "summary.json").read_text())


def test_one_plan_holds_a_recording_both_ways_in_real_time_and_with_a_transcript(load, folder, fixed):
    plan, out = load("transcript = true\n" + MINE + DIGITAL + BUS + PACED), folder / "out"
    assert [(o.status, o.reasons) for o in run(plan, out)] == [(CaseStatus.PASS, ())] * 3
    assert set(summary(out, "digital")["taps"]) == {"tokens"}
    assert set(summary(out, "bus")["taps"]) == {"codes", "decimated", "notched", "bands", "tokens"}
    assert summary(out, "bus")["converter"]["samples"] >= 1000
    assert summary(out, "paced")["measurements"]["latency_ms_p50"] > 0
    transcripts = [path.parent.name.split("--")[1] for path in out.glob("*/run.transcript")]
    assert transcripts == ["digital"], "of those that can be replayed"
    then = read_transcript(out / "mine--digital--reference--strict" / "run.transcript")
    assert (then.complete, then.header.recording.name) == (True, "mine.zarr")
    with TranscriptDevice(fixed, then) as device:
        again = judge(device, read_recording(folder / "mine.zarr"), fixed)
    assert again.passed
    assert len(again.run.tokens) == 4
    assert all(outcome.kept for outcome in run(plan, out))


def test_a_plan_chooses_the_taps_of_each_device(load, folder):
    golden = '[devices.golden]\nkind = "golden"\ntaps = ["notched"]\n'
    (whole, simulated), out = run(load(MINE + DIGITAL + 'taps = ["all"]\n' + golden), folder / "out"), folder / "out"
    assert (whole.status, simulated.status) == (CaseStatus.PASS, CaseStatus.PASS)
    assert set(summary(out, "digital")["taps"]) == {"codes", "decimated", "notched", "bands", "tokens"}
    assert set(summary(out, "golden")["taps"]) == {"notched", "tokens"}


def test_a_verdict_that_is_kept_keeps_its_transcript(load, folder, fixed):
    with Emulator(build_elf(fixed)) as emulator:
        plan = load(MINE + f'[devices.real]\nkind = "serial"\nport = "{emulator.port}"\ntranscript = true\n')
        assert run(plan, folder / "out")[0].status is CaseStatus.PASS
        path = folder / "out" / plan.cases[0].name / "run.transcript"
        before = path.read_bytes()
        assert run(plan, folder / "out")[0].kept
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_a_case_that_could_not_be_run_keeps_its_transcript_and_is_run_again(load, folder, fixed):
    """The earbud is of another design than the plan's."""
    with Emulator(build_elf(fixed)) as emulator:
        text = MINE + f'[devices.real]\nkind = "serial"\nport = "{emulator.port}"\ntranscript = true\n'
        design = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8").replace("q = 30.0", "q = 31.0")
        (folder / "neurobuds.toml").write_text(design, encoding="utf-8")
        plan = load(text + '[designs.own]\nfile = "neurobuds.toml"\n')
        for _ in range(2):
            assert run(plan, folder / "out")[0].status is CaseStatus.COULD_NOT_RUN
        (case,) = plan.cases
        assert read_transcript(folder / "out" / case.name / "run.transcript").header.identity.kind == "serial"


def test_what_was_made_is_kept_beside_its_transcript(load, folder, codes_10s, design):
    (case,) = load(MADE + DIGITAL + "transcript = true\n").cases
    with record_transcript(case, codes_10s, design, folder / "case"):
        pass
    kept = read_recording(folder / "case" / "recording.zarr")
    assert (kept.data == codes_10s.data).all()


def test_a_device_of_the_options_is_record_transcript_where_it_can_be(load):
    plan = load("transcript = true\n" + MINE + DIGITAL)
    assert [case.device.transcript for case in on_device(plan, PlannedDevice(kind="ble")).cases] == [True]
    assert [case.device.transcript for case in on_device(plan, PlannedDevice(kind="golden")).cases] == [False]


def test_another_device_compares_the_taps_of_the_plan(load):
    plan = load(MADE + DIGITAL + 'taps = ["bands"]\n')
    assert [case.device.taps for case in on_device(plan, PlannedDevice(kind="rtl")).cases] == [("bands",)]
    chosen = PlannedDevice(kind="rtl", taps=("notched",))
    assert [case.device.taps for case in on_device(plan, chosen).cases] == [("notched",)]


def test_with_faults_only_the_sound_device_is_record_transcript_when_all_are_asked_for(load):
    plan = load("transcript = true\n" + MINE + DIGITAL + '[faults.loose]\nkind = "gain"\n')
    assert [case.device.transcript for case in plan.cases] == [False]


LINE_FAULT = '[faults.noise]\nkind = "drop"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[devices.a]\nkind = "golden"\nway = "bus"\n', r"devices.a: way = 'bus' is for kind 'firmware'"),
        ('[devices.a]\nkind = "serial"\nway = "bus"\n', r"devices.a: way = 'bus' is for kind 'firmware'"),
        ('[devices.a]\nkind = "firmware"\nway = "air"\n', r"devices.a.way = 'air'"),
        (BUS + "paced = true\n", "devices.bus: paced: a converter on the bus has its own time"),
        (BUS + "transcript = true\n", "devices.bus: transcript: a run with way = 'bus' cannot be replayed"),
        (PACED + "transcript = true\n", "devices.paced: transcript: a run with paced cannot be replayed"),
        ('[devices.a]\nkind = "rtl"\npaced = true\n', "devices.a: paced: rtl has no link; it is for firmware"),
        ('[devices.a]\nkind = "golden"\ntranscript = true\n', "devices.a: transcript: golden has no link"),
        (BUS + 'taps = ["all"]\n', "devices.bus: taps: a run over the bus always has all taps"),
        (DIGITAL + 'taps = ["filtered"]\n', "devices.digital: taps: 'filtered' is no tap"),
        (BUS + LINE_FAULT, "devices.bus: way = 'bus' is for cases without a fault"),
        (DIGITAL + "transcript = true\n" + LINE_FAULT, "devices.digital: transcript is for cases without a fault"),
        (PACED + LINE_FAULT, r"devices.paced: paced: a run with faults.noise cannot be paced"),
    ],
)
def test_what_makes_no_sense_together_is_one_line(load, text, message):
    with pytest.raises(PlanError, match=f"nightly.toml: .*{message}") as error:
        load(MINE + text)
    assert "\n" not in str(error.value)
