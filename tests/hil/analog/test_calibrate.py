"""What the bursts tell of gain, offset, delay and clock, against the truth of a simulated bench."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.analog.calibrate import calibrate
from earloop.hil.analog.find_bursts import BurstError
from earloop.hil.analog.measure import LEAD_S
from earloop.hil.analog.simulated_bench import BenchFaults
from earloop.hil.analog.verdict import judge_analog
from earloop.hil.analog.view import CodesView, Playback
from tests.hil.analog.bench import PLAY_HZ, measured

SEEDS = range(8)
SINC_S = 1.5  # samples by which the converter's filter is late (its impulse response spans 3)


def calibrated(fixed, run, codes=None):
    design = fixed.design
    uv = (run.codes if codes is None else codes) * design.converter.lsb_uv
    playback = Playback(run.stimulus, len(uv), float(design.converter.rate_hz))
    return calibrate(playback, uv, CodesView(design), run.clipped(design), design.channels)


@pytest.fixture(scope="module")
def calibrations(fixed):
    """Of benches of several seeds: what was found, and the bench."""
    runs = [measured(fixed, seed, seconds=4.0) for seed in SEEDS]
    return [(calibrated(fixed, run), bench) for run, bench in runs]


def true_delay_s(bench, rate_hz):
    """Device time of the first point's middle, from the times of trigger and conversions."""
    chip_hz = rate_hz * (1 + bench.truth.clock)
    first_s = bench.lead_end_s - (round(LEAD_S * rate_hz) - 1) / chip_hz
    seen_s = first_s - SINC_S / chip_hz - 9 / bench.chip.clock_hz  # table 7 of SBAS499C: 9 clocks of latency
    return (bench.begin_s + 0.5 / PLAY_HZ - seen_s) * chip_hz / rate_hz


def scores(calibrations, rate_hz):
    """Errors in standard errors, by quantity: [benches, channels]."""
    return {
        "gain": [(c.gain.value - b.truth.gain) / c.gain.error for c, b in calibrations],
        "offset": [(c.offset_uv.value - b.truth.offset_uv) / c.offset_uv.error for c, b in calibrations],
        "delay": [(c.delay_s.value - true_delay_s(b, rate_hz)) / c.delay_s.error for c, b in calibrations],
        "clock": [(c.clock.value - b.truth.clock) / c.clock.error for c, b in calibrations],
    }


@pytest.mark.parametrize("quantity", ["gain", "offset", "delay", "clock"])
def test_estimates_lie_within_their_standard_errors_as_often_as_they_should(calibrations, design, quantity):
    score = np.ravel(scores(calibrations, design.converter.rate_hz)[quantity])
    assert np.abs(score).max() < 4.5  # of 32 normal scores beyond 4.5: once in 4,600 runs
    assert 0.6 < np.sqrt((score**2).mean()) < 1.5  # errors neither too small nor too large


def test_the_bursts_tell_gain_to_0_02_percent_delay_to_1_us_and_clock_to_1_ppm(calibrations, design):
    for found, bench in calibrations:
        np.testing.assert_allclose(found.gain.value, bench.truth.gain, rtol=2e-4)
        delay_s = true_delay_s(bench, design.converter.rate_hz)
        assert abs(found.timing.delay_s - delay_s) < 1e-6
        assert abs(found.timing.clock - bench.truth.clock) < 1e-6


def test_silence_is_refused_with_a_word_about_the_cable(fixed):
    run, _ = measured(fixed, 1, seconds=2.0, play=False)
    with pytest.raises(BurstError, match=r"burst is not found: correlation 0\.\d+ at most .* is the cable in"):
        judge_analog(run, fixed)


def test_a_clipped_burst_is_refused_with_a_word_about_the_level(fixed):
    rail = 2**23 - 1

    def overload(codes):
        return np.where(np.arange(len(codes))[:, np.newaxis] % 7, codes * 0 + rail, -rail - 1).astype(np.int32)

    run, _ = measured(fixed, 1, seconds=2.0, alter=overload)
    with pytest.raises(BurstError, match=r"100% of its samples are at the converter's rails"):
        judge_analog(run, fixed)


def test_mains_instead_of_a_burst_is_told_from_noise(fixed):
    def hum(codes):
        wave = 20_000 * np.sin(2 * np.pi * 50 * np.arange(len(codes)) / fixed.design.converter.rate_hz)
        return np.repeat(wave[:, np.newaxis], codes.shape[1], axis=1).astype(np.int32)

    run, _ = measured(fixed, 1, seconds=2.0, alter=hum)
    with pytest.raises(BurstError, match="something else: is it mains"):
        judge_analog(run, fixed)


def test_a_wire_that_is_off_leaves_the_other_channels_their_estimates(fixed):
    run, bench = measured(fixed, 2, seconds=2.0, faults=BenchFaults(open=(3,)))
    found = calibrated(fixed, run)
    assert found.found.tolist() == [True, True, True, False]
    np.testing.assert_allclose(found.gain.value[:3], bench.truth.gain[:3], rtol=3e-4)
    assert np.isnan(found.gain.value[3])
