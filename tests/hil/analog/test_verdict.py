"""Sound benches pass; a wrong attenuator, crossed wires, a band that is off and a noisy amplifier are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from earloop.hil.analog.attenuator import Attenuator
from earloop.hil.analog.budget import noise_budget
from earloop.hil.analog.simulated_bench import BenchFaults
from earloop.hil.analog.verdict import judge_analog
from earloop.sim.front_end.noise import amplifier_noise_uv, amplifier_sigma_uv
from earloop.spec.reference import float_taps
from tests.hil.analog.bench import measured


@pytest.mark.parametrize("seed", range(10, 18))
def test_a_sound_bench_passes(fixed, seed):
    run, _ = measured(fixed, seed)
    verdict = judge_analog(run, fixed)
    assert verdict.reasons == []
    assert verdict.digital is not None
    judged = {response.band for response in verdict.bands if response.judged.all()}
    assert judged >= {"eeg_delta", "eeg_theta", "eeg_alpha", "eeg_beta", "eeg_gamma", "emg_low", "emg_mid", "ecg_qrs"}


@pytest.mark.parametrize("seed", range(20, 23))
def test_a_sound_bench_passes_by_its_tokens_alone(fixed, seed):
    run, bench = measured(fixed, seed)
    verdict = judge_analog(replace(run, codes=None), fixed)
    assert verdict.reasons == []
    assert verdict.digital is None
    assert verdict.view == "eeg_gamma"
    np.testing.assert_allclose(verdict.calibration.gain.value, bench.truth.gain, rtol=3e-4)
    assert abs(verdict.calibration.timing.clock - bench.truth.clock) < 1e-6


def test_a_generator_with_one_output_drives_all_electrodes(fixed):
    run, _ = measured(fixed, 8, outputs=1)
    verdict = judge_analog(run, fixed)
    assert run.stimulus.uv.shape[1] == 1
    assert verdict.reasons == []


def test_a_wrong_attenuator_is_found_and_its_ratio_said(fixed):
    run, _ = measured(fixed, 3, faults=BenchFaults(ratio=((1, 2.0),)))
    (reason,) = judge_analog(run, fixed).reasons
    assert reason.startswith("channel T9: gain 0.")
    assert 1900 < float(reason.split("divides by ")[1].split(",")[0]) < 2100


def test_crossed_wires_are_found_and_named(fixed):
    run, _ = measured(fixed, 3, faults=BenchFaults(swapped=(0, 2)))
    assert judge_analog(run, fixed).reasons == [
        "channel T7: shows the signal sent to T8: are their wires crossed?",
        "channel T8: shows the signal sent to T7: are their wires crossed?",
    ]


def test_a_wire_that_is_off_is_found_and_named(fixed):
    run, _ = measured(fixed, 3, faults=BenchFaults(open=(3,)))
    (reason,) = judge_analog(run, fixed).reasons
    assert reason.startswith("channel T10: shows no burst")


def test_a_band_that_the_front_end_weakens_is_found_by_how_much(fixed):
    rate_hz = fixed.design.converter.rate_hz

    def weaken(codes):
        """Channel T8 loses about a tenth around 10 Hz, at zero phase; other bands hardly anything."""
        b, a = signal.butter(1, (9.0, 11.5), "bandpass", fs=rate_hz)
        weak = codes.astype(np.float64)
        weak[:, 2] -= 0.15 * signal.filtfilt(b, a, weak[:, 2])
        return np.rint(weak).astype(np.int32)

    run, _ = measured(fixed, 4, alter=weaken)
    reasons = judge_analog(run, fixed).reasons
    assert any(reason.startswith("eeg_alpha, channel T8: response -") for reason in reasons)
    assert all("channel T8" in reason for reason in reasons)


def test_an_amplifier_with_twice_the_noise_is_found(fixed):
    rng = np.random.default_rng(0)
    sigma_codes = np.sqrt(3) * amplifier_sigma_uv(fixed.design.converter) / fixed.design.converter.lsb_uv

    def disturb(codes):
        noise = np.zeros(codes.shape)
        noise[:, 0] = sigma_codes * rng.standard_normal(len(codes))
        return codes + np.rint(noise).astype(np.int32)

    run, _ = measured(fixed, 5, alter=disturb)
    reasons = judge_analog(run, fixed).reasons
    assert reasons
    assert all("channel T7: SNR " in reason for reason in reasons)


def test_a_digital_half_that_is_off_by_one_bit_is_found(fixed):
    run, _ = measured(fixed, 6)
    tokens = run.tokens.copy()
    tokens[20, 1, 4, 7] ^= 1
    (reason,) = judge_analog(replace(run, tokens=tokens), fixed).reasons
    assert reason.startswith("tokens against the golden model on the same codes: 1 of ")
    assert "channel T9, band eeg_gamma" in reason


def test_the_noise_budget_is_what_the_float_path_leaves_of_simulated_noise(design):
    samples, rng = 120_000, np.random.default_rng(1)
    sigma_uv = amplifier_sigma_uv(design.converter)
    noise = np.stack([amplifier_noise_uv(sigma_uv, "sinc3", samples, 1000.0, rng) for _ in range(4)], axis=1)
    bands = float_taps(design, noise).bands[2000:]
    budget = noise_budget(design, Attenuator(1000.0), 0.0, 4000.0)
    fast = [band.low_hz >= 4 for band in design.bands]  # the slower ones are too few periods for a tight bound
    np.testing.assert_allclose(bands.std(axis=(0, 1))[fast], budget.amplifier_uv[fast], rtol=0.03)


def test_the_attenuators_noise_is_that_of_its_resistors(design):
    # 4 k T R of 49.9 Ohm at 296 K: 0.903 nV in a band of 1 Hz.
    assert np.sqrt(Attenuator(1e6).noise_uv2_hz) == pytest.approx(0.903e-3, rel=1e-3)
