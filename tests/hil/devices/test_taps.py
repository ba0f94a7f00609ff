"""Any tap of any device: which ones it gives, how each compares, and which departs first where a device is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.bluetooth.earbud import BleEarbud
from earloop.hil.devices.earbud import EmulatedEarbud
from earloop.hil.devices.faulty_earbud import FaultyEarbud
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.devices.open_device import DeviceOptions, open_device
from earloop.hil.devices.tap_choice import TAP_NAMES, TapError, TapWish, parse_taps
from earloop.hil.diagnosis.finding import Symptom
from earloop.hil.faults.fault import parse_fault
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.judging.departure import find_departure
from earloop.hil.judging.judge import judge
from earloop.hil.judging.own_converter import taps_filled_in
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.link.patience import SLOWEST
from earloop.hil.link.taps_that_fit import tap_bytes_per_s
from earloop.hil.reports.summary import write_report
from earloop.hil.run.device import DeviceRun
from earloop.hil.transcript.format import RecordingRead
from earloop.hil.transcript.reader import read_transcript
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.messages import Tap
from tests.hil.devices.bluetooth.air import Air
from tests.hil.devices.bluetooth.backend import make_system_bluetooth
from tests.hil.planted import BAND, CHANNEL, FACTOR, PATCH, PLANTS, TICK, planted
from tests.hil.transcript.short_run import short_recording

ALL = TapWish(("all",))
OURS = "C0:00:00:00:00:0A"


@pytest.fixture
def short(design):
    return short_recording(design)


def assert_located(verdict, stage, design):
    """The verdict names that stage, and where its bit is wrong."""
    assert verdict.word == "fail"
    found = verdict.departure
    assert found.first.tap == stage
    assert (found.first.channel, found.patch) == (design.channels[CHANNEL], PATCH)
    assert found.first.band == (design.band_names[BAND] if stage in ("bands", "tokens") else None)
    assert found.first.tick == TICK
    assert verdict.findings[0] == found.finding
    assert found.finding.kind is Symptom.FIRST_TAP
    assert f"{stage}, in patch {PATCH}: channel {design.channels[CHANNEL]}" in found.finding.evidence


@pytest.mark.parametrize("kind", ["loopback", "firmware"])
def test_all_taps_of_a_right_earbud_equal_the_golden_model_bit_for_bit(kind, fixed, short):
    device = LoopbackEarbud(fixed, wish=ALL) if kind == "loopback" else EmulatedEarbud(fixed, wish=ALL)
    with device as earbud:
        verdict = judge(earbud, short, fixed)
    assert verdict.passed, verdict.reasons
    assert tuple(tap.tap for tap in verdict.taps) == TAP_NAMES
    compared = {tap.tap: tap.compared for tap in verdict.taps}
    assert compared == {
        "codes": 1500 * 4, "decimated": 300 * 4, "notched": 300 * 4, "bands": 300 * 4 * 12, "tokens": 300 * 4 * 12
    }  # fmt: skip
    assert verdict.departure is None
    assert verdict.findings == []


def test_all_taps_of_an_earbud_by_bluetooth_equal_the_golden_model(fixed, short, monkeypatch):
    with Air() as air:
        make_system_bluetooth(air, monkeypatch)
        air.switch_on(OURS, "earbud", Loopback(fixed))
        with BleEarbud(fixed, wish=ALL) as earbud:
            verdict = judge(earbud, short, fixed)
    assert verdict.passed, verdict.reasons
    assert tuple(tap.tap for tap in verdict.taps) == TAP_NAMES


@pytest.mark.parametrize("stage", PLANTS)
def test_a_wrong_bit_of_the_firmware_in_this_process_is_traced_to_its_stage(stage, fixed, short):
    with planted(stage), LoopbackEarbud(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    assert [tap.tap for tap in verdict.taps] == ["tokens"], "the first run was of tokens alone"
    assert_located(verdict, stage, fixed.design)
    assert verdict.departure.samples == (PATCH + 1) * 50 * FACTOR


@pytest.mark.parametrize("stage", PLANTS)
def test_a_wrong_bit_of_the_emulated_firmware_is_traced_to_its_stage(stage, fixed, short):
    with planted(stage), EmulatedEarbud(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    assert_located(verdict, stage, fixed.design)


def test_a_wrong_bit_is_traced_by_bluetooth(fixed, short, monkeypatch):
    with planted("notched"), Air() as air:
        make_system_bluetooth(air, monkeypatch)
        air.switch_on(OURS, "earbud", Loopback(fixed))
        with BleEarbud(fixed) as earbud:
            verdict = judge(earbud, short, fixed)
    assert_located(verdict, "notched", fixed.design)


def test_a_device_that_gave_all_taps_is_not_run_again(fixed, short):
    with planted("bands"), LoopbackEarbud(fixed, wish=ALL) as earbud:
        verdict = judge(earbud, short, fixed)
    assert_located(verdict, "bands", fixed.design)
    assert verdict.departure.samples is None
    assert "second run" not in str(verdict.departure.finding)


def test_a_wrong_tap_that_leaves_the_tokens_right_fails_where_it_was_asked_for(fixed, short):
    lowest = replace(PLANTS["bands"], wrong=PLANTS["bands"].wrong.replace("<< 16", "<< 0"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(PLANTS, "bands", lowest)
        with planted("bands"), LoopbackEarbud(fixed, wish=TapWish(("bands",))) as earbud:
            verdict = judge(earbud, short, fixed)
    counts = {tap.tap: tap.mismatches for tap in verdict.taps}
    assert counts == {"bands": 1, "tokens": 0}
    assert_located(verdict, "bands", fixed.design)
    assert {tap.tap for tap in verdict.departure.taps} == set(TAP_NAMES), "all taps were asked for then"


def test_the_first_tap_is_in_summary_and_page(fixed, short, tmp_path):
    with planted("decimated"), LoopbackEarbud(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    write_report(verdict, fixed.design, "noise", tmp_path / "out")
    departure = json.loads((tmp_path / "out" / "summary.json").read_text())["departure"]
    assert (departure["first"]["tap"], departure["patch"]) == ("decimated", PATCH)
    assert departure["taps"]["codes"]["mismatches"] == 0
    assert departure["second_run"]["failed"] is None
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<section id="departure">' in page
    assert f"decimated, in patch {PATCH}: channel {fixed.design.channels[CHANNEL]}" in page


def test_a_transcript_repeats_the_second_run_too(fixed, short, tmp_path):
    path = tmp_path / "run.transcript"
    with (
        planted("notched"),
        Recorder(path, RecordingRead("noise"), fixed.design.design_hash) as recorder,
        open_device("firmware", fixed, DeviceOptions(recorder=recorder, taps=("codes",))) as device,
    ):
        then = judge(device, short, fixed)
    with TranscriptDevice(fixed, read_transcript(path)) as device:
        now = judge(device, short, fixed)
    assert [tap.tap for tap in now.taps] == ["codes", "tokens"]
    assert now.departure.first == then.departure.first
    assert_located(now, "notched", fixed.design)


class FlakyEarbud(LoopbackEarbud):
    """An earbud one of whose tokens is wrong in its first run, and only there; its second run may fail."""

    error = None

    def run(self, codes, advance):
        run = super().run(codes, advance)
        tokens = run.tokens.copy()
        tokens[3, 1, 2, 7] ^= 1
        return replace(run, tokens=tokens)

    def run_with_all_taps(self, codes):
        if self.error is not None:
            raise LinkError(self.error)
        return super().run_with_all_taps(codes)


def test_a_fault_that_does_not_show_again_is_said_not_to(fixed, short):
    with FlakyEarbud(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    assert verdict.reasons[0].startswith("tokens: 1 of")
    assert verdict.departure.first is None
    assert "the fault does not occur in every run" in str(verdict.findings[0])


def test_a_second_run_that_fails_leaves_the_verdict_of_the_first(fixed, short, tmp_path):
    with FlakyEarbud(fixed) as earbud:
        earbud.error = "earbud silent for 5.0 s after sample 250"
        verdict = judge(earbud, short, fixed)
    assert verdict.word == "fail"
    assert "the second run with all taps failed: earbud silent for 5.0 s" in str(verdict.findings[0])
    write_report(verdict, fixed.design, "noise", tmp_path / "out")
    assert "earbud silent for 5.0 s" in (tmp_path / "out" / "report.html").read_text()


def test_rows_that_the_line_lost_in_the_second_run_are_no_departure(fixed, short):
    class Lossy(FlakyEarbud):
        def run_with_all_taps(self, codes):
            run = super().run_with_all_taps(codes)
            received = {name: rows.copy() for name, rows in run.taps_received.items()}
            taps = {name: values.copy() for name, values in run.taps.items()}
            for name, values in taps.items():
                received[name][100] = False
                values[100] = 0
            return replace(run, taps=taps, taps_received=received)

    with Lossy(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    assert verdict.departure.first is None
    assert {tap.tap: tap.lost for tap in verdict.departure.taps}["decimated"] == 4
    found = str(verdict.findings[0])
    assert "values of codes, decimated, notched, bands did not arrive and no other differs" in found
    assert "every run" not in found


def test_a_tap_whose_rows_were_lost_is_not_called_right(fixed, short):
    class Lossy(FlakyEarbud):
        def run_with_all_taps(self, codes):
            run = super().run_with_all_taps(codes)
            received = np.ones(run.taps["bands"].shape[:1], bool)
            received[100] = False
            tokens = run.tokens.copy()
            tokens[3, 1, 2, 7] ^= 1
            return replace(run, tokens=tokens, taps_received={"bands": received})

    with Lossy(fixed) as earbud:
        found = str(judge(earbud, short, fixed).findings[0])
    assert "codes, decimated, notched are right up to there" in found
    assert "values of bands did not arrive, so an earlier tap may differ first" in found


def test_a_second_run_of_a_wrong_form_leaves_the_verdict_of_the_first(fixed, short):
    class Malformed(FlakyEarbud):
        def run_with_all_taps(self, codes):
            run = super().run_with_all_taps(codes)
            return replace(run, taps={**run.taps, "bands": run.taps["bands"][:, :1]}, taps_received={})

    with Malformed(fixed) as earbud:
        verdict = judge(earbud, short, fixed)
    assert verdict.word == "fail"
    assert "its output cannot be compared: tap bands has shape" in str(verdict.findings[0])


def test_nothing_departs_in_a_run_of_tokens_alone_that_cannot_be_repeated(fixed, short):
    golden = GoldenDevice(fixed).run(short.data, lambda samples: None)
    wrong = golden.tokens.copy()
    wrong[0, 0, 0, 0] ^= 1
    verdict = judge(_Once(fixed, DeviceRun(tokens=wrong)), short, fixed, tolerances=Tolerances())
    assert verdict.word == "fail"
    assert verdict.departure is None
    assert (
        find_departure(GoldenDevice(fixed), short.data, verdict.golden.taps, [], DeviceRun(tokens=wrong), fixed.design)
        is None
    )


class _Once(GoldenDevice):
    """A device that gives what it is given."""

    def __init__(self, fixed, run):
        super().__init__(fixed)
        self._run = run

    def run(self, codes, advance):
        return self._run


def test_a_device_is_not_asked_for_a_tap_that_it_does_not_offer(fixed):
    with pytest.raises(TapError, match=r"does not offer codes; it offers decimated, notched, bands, tokens$"):
        GoldenDevice(fixed, TapWish(("bands", "codes")))


@pytest.mark.parametrize("kind", ["golden", "rtl"])
def test_a_simulated_device_gives_the_taps_that_were_asked_for(kind, fixed, short):
    with open_device(kind, fixed, DeviceOptions(taps=("bands",))) as device:
        verdict = judge(device, short, fixed)
    assert verdict.passed, verdict.reasons
    assert [tap.tap for tap in verdict.taps] == ["bands", "tokens"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "taps: no names; wanted all, or some of codes, decimated, notched, bands, tokens"),
        ("bands,filtered", "taps: 'filtered' is no tap; wanted all"),
        ("all,bands", "taps: all cannot be combined with other names"),
    ],
)
def test_taps_that_do_not_exist_are_refused_by_name(text, why):
    with pytest.raises(TapError, match=f"^{why}"):
        parse_taps(text)


def test_in_real_time_a_serial_line_is_asked_for_what_it_carries_and_says_so(fixed):
    everything = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
    slow = replace(
        fixed, design=fixed.design.model_copy(update={"link": fixed.design.link.model_copy(update={"baud": 230_400})})
    )
    taps, notes = TapWish(("all",), real_time=True).choose(everything, "serial", slow.design)
    assert Tap.TOKENS in taps
    assert Tap.BANDS not in taps
    assert notes[0].startswith("taps left out: ")
    assert "bands" in notes[0]
    assert "the line carries 23,040" in notes[0]
    assert TapWish(("all",)).choose(everything, "serial", slow.design) == (everything, ()), "it can wait otherwise"
    assert TapWish(("all",), real_time=True).choose(everything, "ble", slow.design) == (everything, ())


def test_the_bus_takes_no_taps(fixed):
    with pytest.raises(EarloopError, match=r"^taps: with way = bus the device always sends all taps; leave taps out$"):
        open_device("firmware", fixed, DeviceOptions(way="bus", taps=("bands",)))


class SlowLine(Loopback):
    """The firmware in this process, behind a line of so many bytes in a second of its clock."""

    bytes_per_s = 1.0

    def read(self, size=1):
        data = super().read(size)
        self.wait(len(data) / self.bytes_per_s)
        return data


def test_a_line_that_is_far_too_slow_for_all_taps_makes_the_run_slow_and_loses_nothing(fixed, short):
    port = SlowLine(fixed)
    port.bytes_per_s = 1.5 * SLOWEST * tap_bytes_per_s(Tap.TOKENS, fixed.design)
    with LoopbackEarbud(fixed, port=port, wish=ALL) as earbud:
        verdict = judge(earbud, short, fixed)
    assert verdict.passed, verdict.reasons
    assert port.now() > 1.5 / SLOWEST, "tokens alone may not take so long"


@pytest.mark.parametrize("kind", ["drop", "flip", "reset"])
def test_a_fault_that_was_brought_about_is_noticed_with_all_taps_as_with_tokens_alone(kind, fixed, codes_10s):
    fault = parse_fault(kind)
    line = FaultyLine(fault.seed)
    with FaultyEarbud(fixed, fault, LoopbackEarbud(fixed, line=line, wish=ALL), line) as earbud:
        verdict = judge(earbud, codes_10s, fixed, fault=fault)
    assert verdict.passed, verdict.reasons
    assert set(verdict.run.taps) == {"codes", "decimated", "notched", "bands"}
    assert verdict.departure is None


def test_codes_are_compared_with_what_was_sent(fixed, short):
    with LoopbackEarbud(fixed, wish=TapWish(("codes",))) as earbud:
        run = earbud.run(short.data, lambda samples: None)
    np.testing.assert_array_equal(run.taps["codes"], short.data)


@pytest.mark.parametrize("rows", [8, 10, 13])
def test_lost_rows_are_filled_in_where_a_device_sent_more_or_fewer_rows_than_it_should(rows, fixed):
    codes = np.arange(40, dtype=np.int32).reshape(10, 4)
    received = np.arange(rows) % 2 == 0
    run = DeviceRun(
        tokens=np.zeros((0, 4, 12, 50), np.int16),
        taps={"codes": np.full((rows, 4), -1, np.int32)},
        taps_received={"codes": received},
    )
    filled = taps_filled_in(run, GoldenDevice(fixed).run(codes, lambda samples: None), codes)["codes"]
    common = min(rows, 10)
    np.testing.assert_array_equal(filled[:common][~received[:common]], codes[:common][~received[:common]])
    assert (filled[received] == -1).all()
