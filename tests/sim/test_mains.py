"""Hum against the circuit, solved apart from the code that models it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, hilbert, sosfiltfilt

from recordings import Recording
from sim import GENERIC_FIT, MUSE, codes_to_uv, convert, front_end_of, front_end_run
from spec.design import Design, load_design
from synth_data import Session, sitting_still

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


def tone_uv(uv: np.ndarray, frequency_hz: float, sfreq: float = 1000.0) -> np.ndarray:
    """Rms of one frequency in [samples, channels], locked in over 2 s at a time, so that it may drift a little.

    The noise beside it, 2 to 3 Hz away, is taken off.
    """
    block = int(2 * sfreq)
    t = np.arange(block) / sfreq
    blocks = uv[: len(uv) // block * block].reshape(-1, block, uv.shape[1])
    blocks = (blocks - blocks.mean(axis=1, keepdims=True)) * np.hanning(block)[:, np.newaxis]

    def power(hz: float) -> np.ndarray:
        locked = np.einsum("bsc,s->bc", blocks, np.exp(-2j * np.pi * hz * t)) / np.hanning(block).sum()
        return 2 * (np.abs(locked) ** 2).mean(axis=0)

    beside = np.mean([power(frequency_hz + away) for away in (-3.0, -2.0, 2.0, 3.0)], axis=0)
    return np.sqrt(np.maximum(power(frequency_hz) - beside, 0))


def circuit_uv(run, front_end) -> np.ndarray:
    """Rms of the hum of each channel, from first principles: mains, two capacitors, and a divider at each electrode."""
    facts = run.recording.meta["front_end"]["mains"]
    w = 2 * np.pi * facts["frequency_hz"]
    cp, cb = facts["mains_pf"] * 1e-12, facts["earth_pf"] * 1e-12
    body_v = {50: 230, 60: 120}[front_end.mains_hz] * (1 / cb) / (1 / cp + 1 / cb)  # two capacitors in series
    body_v *= 10 ** (-front_end.bias_reduction_db / 20)
    z_input = 1 / (1 / front_end.input_ohm + 1j * w * front_end.input_farad)
    matrix = front_end.headset.wiring.matrix
    swell = 1 + 0.1 * np.sin(np.linspace(0, 2 * np.pi, 1000))  # of the body's voltage, over whole periods
    nodes = []
    for column, contact in enumerate(run.contacts):
        cpe = 1 / (contact.cpe_y0 * (1j * w) ** contact.cpe_n)
        settled = contact.series_ohm + contact.parallel_ohm * cpe / (contact.parallel_ohm + cpe)
        cpe_lead_off = 1 / (contact.cpe_y0 * (2j * np.pi * 31.2) ** contact.cpe_n)
        at_lead_off = contact.series_ohm + contact.parallel_ohm * cpe_lead_off / (contact.parallel_ohm + cpe_lead_off)
        z = settled * run.impedance_kohm[:, column].astype(float) * 1e3 / abs(at_lead_off)
        fed = z_input / np.abs(matrix[:, column]).sum()
        nodes.append(fed / (fed + z))
    differential = np.array(nodes).T @ matrix.T + 10 ** (-front_end.cmrr_db / 20)
    rms = np.sqrt((np.abs(differential) ** 2).mean(axis=0) * (swell**2).mean())
    droop = np.sinc(facts["frequency_hz"] / front_end.headset.rate_hz) ** 3 if front_end.decimation == "sinc3" else 1
    return 1e6 * body_v * rms * droop


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
