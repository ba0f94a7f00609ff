"""Every fault is noticed, as what it is and where it is, whatever its channel, its onset and the recording."""

from __future__ import annotations

import pytest

from earloop.hil.devices.open_faulty import faulty_loopback
from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.expected import EXPECTED, unnoticed
from earloop.hil.diagnosis.finding import Symptom
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FAULT_KINDS, Family, FaultKind
from earloop.hil.run.device import DeviceRun
from tests.hil.faults.conftest import tokens_only

IN_SIGNAL = [kind for kind, facts in FAULT_KINDS.items() if facts.family is not Family.LINK]
IN_LINK = [kind for kind, facts in FAULT_KINDS.items() if facts.family is Family.LINK]
FILES = (
    "visual_SSVEP_subject1_session1_2017-09-14-21.20.04.csv.gz",
    "visual_P300_subject1_session1_2017-02-04-15_47_49.csv.gz",  # 100 uV of mains hum
)


def faults_of(kind, design, onsets_s):
    """One on each channel in turn, or on each and its neighbour, at each onset."""
    wanted, names = FAULT_KINDS[kind].channels, design.channels
    places = [tuple(names[(i + j) % len(names)] for j in range(wanted)) for i in range(len(names) if wanted else 1)]
    return [Fault(kind=kind, channels=place, begins_s=onset_s) for place in places for onset_s in onsets_s]


def assert_noticed(fault, fixed, stream, run):
    for given in (run, tokens_only(run)):
        missed = unnoticed(fault, diagnose(fixed, stream.codes, stream.golden, given))
        assert missed is None, missed


@pytest.mark.parametrize("kind", IN_SIGNAL)
def test_a_fault_of_front_end_or_power_is_noticed_by_tokens_alone_and_by_all_taps(fixed, synthetic, run_with, kind):
    for seed in (1, 2, 3):
        stream = synthetic(seed)
        for fault in faults_of(kind, fixed.design, (2.0, 4.317)):
            assert_noticed(fault, fixed, stream, run_with(fault, stream.codes))


@pytest.mark.parametrize("kind", [kind for kind in IN_SIGNAL if kind is not FaultKind.RESET])
def test_a_fault_that_was_there_from_the_first_sample_on_is_noticed(fixed, synthetic, run_with, kind):
    stream = synthetic(1)
    for fault in faults_of(kind, fixed.design, (0.0,)):
        assert_noticed(fault, fixed, stream, run_with(fault, stream.codes))


@pytest.mark.realdata
@pytest.mark.parametrize("file", FILES)
def test_faults_are_noticed_in_real_recordings(fixed, real, run_with, file):
    stream = real(file)
    for kind in IN_SIGNAL:
        for fault in faults_of(kind, fixed.design, (3.0,)):
            assert_noticed(fault, fixed, stream, run_with(fault, stream.codes))


@pytest.mark.parametrize("kind", IN_LINK)
def test_a_fault_of_the_link_is_noticed_by_the_firmware_and_its_host(fixed, synthetic, run_with, kind):
    stream = synthetic(1)
    for seed in (1, 2, 3):
        fault = Fault(kind=kind, seed=seed)
        missed = unnoticed(fault, diagnose(fixed, stream.codes, stream.golden, run_with(fault, stream.codes)))
        assert missed is None, missed


@pytest.mark.parametrize("onset_s", [1.0, 3.1, 7.77])
def test_a_reset_of_the_firmware_is_noticed_by_what_it_says_and_by_its_tokens_alone(fixed, synthetic, onset_s):
    stream, fault = synthetic(2), Fault(kind=FaultKind.RESET, begins_s=onset_s)
    with faulty_loopback(fixed, fault) as earbud:
        run = earbud.run(stream.codes, lambda samples: None)
    assert run.restarts
    assert_noticed(fault, fixed, stream, run)


@pytest.mark.parametrize("kind", [FaultKind.STUCK, FaultKind.STALE, FaultKind.SATURATION, FaultKind.LEAD_OFF])
def test_a_fault_that_passes_is_noticed_with_its_end(fixed, synthetic, run_with, kind):
    stream, channels = synthetic(3), fixed.design.channels[2 : 2 + FAULT_KINDS[kind].channels]
    fault = Fault(kind=kind, channels=channels, begins_s=2.0, lasts_s=4.0)
    run = run_with(fault, stream.codes)
    assert_noticed(fault, fixed, stream, run)
    (finding,) = diagnose(fixed, stream.codes, stream.golden, run)
    assert finding.where.ends_s is not None
    assert finding.where.ends_s >= 5.75


@pytest.mark.parametrize(
    ("kind", "amounts", "tolerance"),
    [
        (FaultKind.GAIN, (0.5, 0.98, 0.999, 1.002, 3.0), 2e-4),
        (FaultKind.LOST, (1, 3, 40, 200), 0.5),
        (FaultKind.CLOCK, (0.97, 0.995, 1.001, 1.03), 5e-4),
    ],
)
def test_what_is_measured_is_what_was_done(fixed, synthetic, run_with, kind, amounts, tolerance):
    stream = synthetic(1)
    for amount in amounts:
        fault = Fault(kind=kind, amount=amount, channels=fixed.design.channels[: FAULT_KINDS[kind].channels])
        (finding,) = diagnose(fixed, stream.codes, stream.golden, tokens_only(run_with(fault, stream.codes)))
        assert finding.kind is EXPECTED[kind].symptom
        assert finding.size == pytest.approx(amount, abs=tolerance)


def test_a_faint_gain_that_sets_in_late_is_noticed(fixed, synthetic, run_with):
    stream = synthetic(1)
    fault = Fault(kind=FaultKind.GAIN, channels=("T9",), begins_s=4.0, amount=0.9995)
    (finding,) = diagnose(fixed, stream.codes, stream.golden, tokens_only(run_with(fault, stream.codes)))
    assert (finding.kind, finding.where.channels) == (Symptom.GAIN, ("T9",))
    assert finding.size == pytest.approx(0.9995, abs=1e-4)


@pytest.mark.parametrize("kind", [FaultKind.GAIN, FaultKind.SWAPPED])
def test_channels_that_come_right_again_are_noticed_with_their_end(fixed, synthetic, run_with, kind):
    stream, channels = synthetic(2), fixed.design.channels[1 : 1 + FAULT_KINDS[kind].channels]
    fault = Fault(kind=kind, channels=channels, begins_s=2.0, lasts_s=EXPECTED[kind].needs_s)
    run = run_with(fault, stream.codes)
    assert_noticed(fault, fixed, stream, run)
    (finding,) = diagnose(fixed, stream.codes, stream.golden, run)
    assert 5.75 <= finding.where.ends_s <= 9.0


@pytest.mark.parametrize("kind", [FaultKind.STUCK, FaultKind.STALE, FaultKind.SWAPPED, FaultKind.GAIN])
def test_a_fault_too_short_to_be_told_is_never_an_electrode_or_a_clock(fixed, synthetic, run_with, kind):
    stream = synthetic(1)
    fault = Fault(kind=kind, begins_s=3.0, lasts_s=0.1).on(fixed.design)
    found = diagnose(fixed, stream.codes, stream.golden, tokens_only(run_with(fault, stream.codes)))
    assert found
    assert not {finding.kind for finding in found} & {Symptom.ELECTRODE_OFF, Symptom.CLOCK, Symptom.SAMPLES_MISSING}


def test_a_converter_that_reports_lead_off_is_believed(fixed, synthetic, run_with):
    stream, names = synthetic(1), fixed.design.channels
    fault = Fault(kind=FaultKind.SATURATION, channels=(names[1],))
    tokens = run_with(fault, stream.codes).tokens
    (finding,) = diagnose(fixed, stream.codes, stream.golden, DeviceRun(tokens=tokens, lead_off=(names[1],)))
    assert (finding.kind, finding.where.channels) == (Symptom.ELECTRODE_OFF, (names[1],))
    (silent,) = diagnose(
        fixed, stream.codes, stream.golden, DeviceRun(tokens=stream.golden.tokens, lead_off=(names[2],))
    )
    assert (silent.kind, silent.where.channels) == (Symptom.ELECTRODE_OFF, (names[2],))
