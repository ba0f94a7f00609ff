"""Front ends: the ADS1299 of a design, and the headband, through the same function."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import welch

from earloop.recordings import Recording
from earloop.sim import MUSE, FrontEndError, codes_to_uv, convert, front_end_of
from earloop.spec.design import load_design

DESIGN = load_design()
QUIET = replace(MUSE, fit=replace(MUSE.fit, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0))


def at_the_headband(uv: np.ndarray) -> Recording:
    return Recording(uv, "uV", 256.0, MUSE.headset.channels)


def test_a_design_is_a_front_end_of_its_own():
    front_end = front_end_of(DESIGN)
    assert (front_end.bits, front_end.lsb_uv) == (24, DESIGN.converter.lsb_uv)
    assert front_end.headset.sites == ("T7", "T9", "T8", "T10", "TP9", "TP10")
    uv = Recording(np.zeros((1000, 4)), "uV", 1000.0, DESIGN.channels)
    by_design, by_front_end = convert(uv, DESIGN), convert(uv, front_end)
    assert by_design.data.tobytes() == by_front_end.data.tobytes()
    assert by_design.meta == by_front_end.meta


def test_the_headband_is_wired_against_fpz():
    assert MUSE.headset.channels == ("TP9", "AF7", "AF8", "TP10")
    np.testing.assert_array_equal(MUSE.headset.wiring.matrix, np.hstack([np.eye(4), -np.ones((4, 1))]))


def test_the_headband_gives_12_bit_codes_of_2_mv():
    tone = 3000 * np.sin(2 * np.pi * 10 * np.arange(2560) / 256)[:, np.newaxis] * np.array([1.0, 0.1, 0.1, 0.1])
    recording = convert(at_the_headband(tone), QUIET)
    assert (recording.unit, recording.data.dtype) == ("codes", np.int32)
    assert (recording.data[:, 0].min(), recording.data[:, 0].max()) == (-2048, 2047)
    assert np.abs(codes_to_uv(np.array([-2048, 2047]), MUSE)) == pytest.approx(1000, rel=1e-3)
    facts = recording.meta["front_end"]
    assert facts["clipped"]["TP9"] > 1000
    assert facts["clipped"]["AF8"] == 0
    assert facts["device"] == "Muse 2016"
    assert set(facts["contacts"]) == {"TP9", "AF7", "AF8", "TP10", "Fpz"}
    assert "design_hash" not in recording.meta


def test_the_headband_is_coupled_to_ac_at_1_hz():
    steep = replace(QUIET, bits=24, lsb_uv=0.01, noise_uv=0.0)
    t = np.arange(256 * 120) / 256
    still = convert(at_the_headband(np.zeros((len(t), 4))), steep).data
    for hz in (0.1, 1.0, 10.0):
        tone = convert(at_the_headband(np.repeat(100 * np.sin(2 * np.pi * hz * t)[:, np.newaxis], 4, 1)), steep).data
        passed = codes_to_uv((tone - still)[256 * 20 :], steep).std(axis=0) * np.sqrt(2)
        assert passed == pytest.approx(100 / np.sqrt(1 + (1 / hz) ** 2), rel=0.01)


def test_the_headbands_offsets_are_gone_and_its_noise_is_the_specified_one():
    silence = at_the_headband(np.zeros((256 * 60, 4)))
    uv = codes_to_uv(convert(silence, QUIET).data, MUSE)
    assert np.abs(uv[256 * 5 :].mean(axis=0)).max() < 50  # of offsets 100 mV apart
    noiseless = replace(QUIET.fit.material, excess_noise_uv=0.0)
    amplifier = replace(QUIET, fit=replace(QUIET.fit, ln_kohm=-5.0, material=noiseless))
    uv = codes_to_uv(convert(silence, amplifier).data, MUSE)
    f, density = welch(uv, 256, nperseg=512, axis=0)
    band = (f > 5) & (f < 110) & (np.abs(f - 60) > 3)
    with_rounding = np.hypot(0.3, MUSE.lsb_uv / np.sqrt(12))
    assert np.sqrt(density[band].mean() * 128) == pytest.approx(with_rounding, rel=0.05)


def test_what_is_no_headbands_is_refused():
    with pytest.raises(FrontEndError, match="channels T7, T9, T8, T10; Muse 2016 has TP9, AF7, AF8, TP10"):
        convert(Recording(np.zeros((10, 4)), "uV", 256.0, DESIGN.channels), MUSE)
    with pytest.raises(FrontEndError, match="sampling rate 250 Hz; Muse 2016 runs at 256 Hz: resample first"):
        convert(replace(at_the_headband(np.zeros((10, 4))), sfreq=250.0), MUSE)
