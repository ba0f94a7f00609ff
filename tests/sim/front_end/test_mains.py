"""Hum against the circuit, solved apart from the code that models it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, hilbert, sosfiltfilt

from earloop.recordings import Recording
from earloop.sim import GENERIC_FIT, MUSE, codes_to_uv, convert, front_end_of, front_end_run
from earloop.spec.design import Design, load_design
from earloop.synth_data import Session, sitting_still
from tests.sim.front_end.hum import circuit_uv, tone_uv

DESIGN = load_design()
EARBUD = front_end_of(DESIGN)
FIRM = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
FIRM_MUSE = replace(MUSE, fit=replace(MUSE.fit, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0))
WHOLE = DESIGN.model_dump()


def with_reference(reference) -> Design:
    return Design.model_validate(WHOLE | {"electrodes": WHOLE["electrodes"] | {"reference": reference}})


def silence(seconds: int, device=EARBUD) -> Recording:
    rate_hz = device.headset.rate_hz
    return Recording(np.zeros((int(rate_hz * seconds), 4)), "uV", rate_hz, device.headset.channels)


@pytest.mark.parametrize("seed", range(20))
def test_hum_in_the_codes_is_that_of_the_circuit_within_1_db(seed):
    front_end = EARBUD
    run = front_end_run(silence(60), DESIGN, seed=seed, fit=FIRM)
    hum = tone_uv(codes_to_uv(run.recording.data, front_end), run.recording.meta["front_end"]["mains"]["frequency_hz"])
    np.testing.assert_allclose(20 * np.log10(hum / circuit_uv(run, front_end)), 0, atol=1)


@pytest.mark.parametrize("reference", [["TP9"], "cross-ear", "within-ear"])
def test_hum_is_that_of_the_circuit_whatever_the_reference(reference):
    design = with_reference(reference)
    run = front_end_run(silence(60), design, fit=FIRM)
    front_end = front_end_of(design)
    hum = tone_uv(codes_to_uv(run.recording.data, front_end), run.recording.meta["front_end"]["mains"]["frequency_hz"])
    np.testing.assert_allclose(20 * np.log10(hum / circuit_uv(run, front_end)), 0, atol=1)


@pytest.mark.parametrize("hz", [50, 60])
@pytest.mark.parametrize("seed", range(5))
def test_hum_of_a_headband_is_that_of_the_circuit(seed, hz):
    headband = replace(FIRM_MUSE, mains_hz=hz, bits=24, bias_reduction_db=20.0)  # so that noise hides none of it
    run = front_end_run(silence(60, MUSE), headband, seed=seed)
    frequency_hz = run.recording.meta["front_end"]["mains"]["frequency_hz"]
    hum = tone_uv(codes_to_uv(run.recording.data, headband), frequency_hz, 256.0)
    np.testing.assert_allclose(20 * np.log10(hum / circuit_uv(run, headband)), 0, atol=1)


def test_hum_of_a_headband_is_as_strong_as_in_recordings():
    levels = [
        tone_uv(codes_to_uv(convert(silence(10, MUSE), FIRM_MUSE, seed=seed).data, MUSE), 60.0, 256.0)
        for seed in range(20)
    ]
    assert 0.7 < np.median(levels) < 105  # uV rms in Muse recordings


def test_hum_in_a_careful_session_is_some_microvolts():
    design = with_reference(["TP9"])
    levels = [
        tone_uv(codes_to_uv(convert(silence(10), design, seed=seed, fit=FIRM).data, design.converter), 50.0)
        for seed in range(20)
    ]
    assert 3.5 < np.median(levels) < 34  # uV rms, eight channels against one ear (OpenBCI, 2015)


def test_hum_swells_while_motion_changes_the_impedance():
    still = sitting_still(silence(20))
    pressing = np.zeros((20_000, 3))
    pressing[10_000:] = np.sin(2 * np.pi * 2 * np.arange(10_000) / 1000)[:, np.newaxis]
    moved = Session(still.recording, pressing, still.jaw_open)
    band = butter(4, [44, 56], "bandpass", fs=1000, output="sos")

    def swell_uv(source: Session, seed: int) -> np.ndarray:
        uv = codes_to_uv(convert(source, DESIGN, seed=seed, fit=FIRM).data, DESIGN.converter)
        return np.abs(hilbert(sosfiltfilt(band, uv, axis=0), axis=0))[11_000:19_000].std(axis=0)

    ratios = [swell_uv(moved, seed) / swell_uv(still, seed) for seed in range(6)]
    assert np.median(ratios) > 1.5


def test_harmonics_are_odd_and_stop_below_nyquist():
    quiet = replace(front_end_of(DESIGN), bias_reduction_db=0.0)  # so much hum that noise hides none of it
    uv = codes_to_uv(convert(silence(60), quiet, fit=FIRM).data, quiet)
    levels = {order: tone_uv(uv, 50.0 * order)[0] for order in (1, 2, 3, 4, 5, 7)}
    assert min(levels[3], levels[5], levels[7]) > 5 * max(levels[2], levels[4])
    assert max(levels[3], levels[5], levels[7]) < 0.06 * 5 * levels[1]  # EN 50160: 6 % at most; higher ones load more
    band = replace(MUSE, fit=FIRM, bias_reduction_db=0.0)
    folded = codes_to_uv(convert(silence(60, MUSE), band).data, band)
    assert np.all(tone_uv(folded, 256 - 180.0, 256.0) < 0.005 * tone_uv(folded, 60.0, 256.0))
