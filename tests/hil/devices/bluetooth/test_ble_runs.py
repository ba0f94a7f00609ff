"""What is done with a Bluetooth earbud as with any other: a plan runs it, and its conversation is written down."""

from __future__ import annotations

from contextlib import nullcontext

from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.devices.open_device import DeviceOptions, open_device
from earloop.hil.devices.open_faulty import open_faulty
from earloop.hil.faults.fault import parse_fault
from earloop.hil.judging.judge import judge
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.transcript.format import RecordingRead
from earloop.hil.transcript.reader import read_transcript
from earloop.hil.transcript.recorder import Recorder
from earloop.recordings import write_session
from tests.hil.devices.bluetooth.test_ble import OTHER, OURS
from tests.hil.transcript.short_run import short_recording


def test_a_transcript_gives_the_verdict_again_without_the_earbud(air, loopback, fixed, tmp_path):
    ours = air.switch_on(OURS, "earbud", loopback)
    recording, path = short_recording(fixed.design), tmp_path / "run.transcript"
    with (
        Recorder(path, RecordingRead("noise"), fixed.design.design_hash) as recorder,
        open_device("ble", fixed, DeviceOptions(recorder=recorder, address=OURS)) as device,
    ):
        then = judge(device, recording, fixed)
    with TranscriptDevice(fixed, read_transcript(path)) as device:
        now = judge(device, recording, fixed)
    assert ours.connections == 1, "the second was no connection"
    assert (now.identity, now.passed) == (then.identity, True)
    assert now.run.tokens.tobytes() == then.run.tokens.tobytes()


def test_a_plan_runs_the_earbud_of_that_address_and_keeps_its_verdict(air, loopback, fixed, tmp_path):
    air.switch_on(OURS, "earbud", loopback)
    air.switch_on(OTHER, "earbud")
    write_session(short_recording(fixed.design), tmp_path / "noise.zarr")
    (tmp_path / "plan.toml").write_text(
        f'[recordings.noise]\nfile = "noise.zarr"\n[devices.air]\nkind = "ble"\naddress = "{OURS}"\n'
    )
    plan = load_plan(tmp_path / "plan.toml")
    for kept in (False, True):
        (outcome,) = run_plan(plan, tmp_path / "out", lambda case, samples: nullcontext(lambda done: None))
        assert (outcome.status, outcome.kept) == (CaseStatus.PASS, kept), outcome


def test_a_connection_can_be_spoilt_on_purpose_and_it_is_noticed(air, loopback, fixed):
    air.switch_on(OURS, "earbud", loopback)
    fault = parse_fault("flip")
    with open_faulty("ble", fixed, DeviceOptions(address=OURS), fault) as device:
        verdict = judge(device, short_recording(fixed.design), fixed, fault=fault)
    assert verdict.passed, verdict.reasons
