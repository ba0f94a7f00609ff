"""Noise against the datasheet's table and Nyquist's formula."""

import numpy as np
import pytest
from scipy.signal import welch

from earloop.sim import Contact, amplifier_sigma_uv
from earloop.sim.ads1299 import GAINS, NOISE_UV_RMS
from earloop.sim.front_end.noise import amplifier_noise_uv, electrode_noise_uv
from earloop.spec.design import Converter


@pytest.mark.parametrize("rate_hz", NOISE_UV_RMS)
@pytest.mark.parametrize("gain", GAINS)
def test_amplifier_noise_is_the_datasheets(gain, rate_hz):
    converter = Converter(bits=24, gain=gain, vref_v=4.5, rate_hz=rate_hz)
    noise = amplifier_noise_uv(amplifier_sigma_uv(converter), "sinc3", 40_000, rate_hz, np.random.default_rng(0))
    assert noise.std() == pytest.approx(NOISE_UV_RMS[rate_hz][GAINS.index(gain)], rel=0.02)


@pytest.mark.parametrize("decimation", ["sinc3", "flat"])
def test_channels_of_the_amplifier_are_independent(decimation):
    rng = np.random.default_rng(0)
    noise = [amplifier_noise_uv(1.0, decimation, 40_000, 1000.0, rng) for _ in range(3)]
    assert np.abs(np.corrcoef(noise) - np.eye(3)).max() < 0.03


def test_noise_behind_sinc3_is_what_three_moving_averages_leave_of_white_noise():
    modulator = np.random.default_rng(0).standard_normal(64 * 60_000)
    for _ in range(3):
        sums = np.cumsum(modulator)
        modulator = sums[64:] - sums[:-64]
    decimated = modulator[::64] / modulator[::64].std()
    short = amplifier_noise_uv(1.0, "sinc3", 60_000, 1000.0, np.random.default_rng(1))
    (_, p_long), (_, p_short) = (welch(x, 1.0, nperseg=128) for x in (decimated, short))
    np.testing.assert_allclose(p_short[2:-1], p_long[2:-1], rtol=0.2)


def test_noise_without_a_filter_is_white():
    noise = amplifier_noise_uv(2.0, "flat", 60_000, 256.0, np.random.default_rng(0))
    _, density = welch(noise, 256.0, nperseg=128)
    np.testing.assert_allclose(density[2:-1], 2.0**2 / 128, rtol=0.2)


def resistor(ohm: float, excess_noise_uv: float, exponent: float = 1.0) -> Contact:
    return Contact(
        series_ohm=ohm,
        parallel_ohm=1e-3,
        cpe_y0=1e-12,
        cpe_n=0.8,
        excess_noise_uv=excess_noise_uv,
        excess_exponent=exponent,
    )


def test_a_resistor_without_excess_makes_thermal_noise():
    noise = electrode_noise_uv(resistor(100e3, 0.0), 100_000, 1000.0, np.random.default_rng(0))
    assert noise.std() / np.sqrt(500) == pytest.approx(0.0414, rel=0.02)  # 41.4 nV/rtHz: 100 kOhm at 310 K


def test_a_contact_makes_the_thermal_noise_of_the_real_part_of_its_impedance():
    contact = Contact(series_ohm=5e3, parallel_ohm=400e3, cpe_y0=2e-7, cpe_n=0.8)
    rng = np.random.default_rng(0)
    noise = [electrode_noise_uv(contact, 200_000, 1000.0, rng) for _ in range(8)]
    f, densities = welch(np.array(noise), 1000.0, nperseg=2000)
    density = densities.mean(axis=0)
    for hz in (5.0, 30.0, 200.0):
        near = np.abs(f - hz) < 0.1 * hz
        wanted = np.mean([4 * 1.380649e-23 * 310 * complex(contact.impedance_ohm(x)).real for x in f[near]]) * 1e12
        assert density[near].mean() == pytest.approx(wanted, rel=0.04)


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
def test_excess_noise_has_its_stated_rms_in_its_stated_band_and_its_slope(exponent):
    contact, rng = resistor(1e-3, 3.0, exponent), np.random.default_rng(0)
    noise = np.array([electrode_noise_uv(contact, 200_000, 1000.0, rng) for _ in range(4)])
    spectrum = (np.abs(np.fft.rfft(noise)) ** 2).mean(axis=0)
    f = np.fft.rfftfreq(noise.shape[1], 1e-3)
    in_band = 2 * spectrum[(f >= 0.5) & (f < 500)].sum() / noise.shape[1] ** 2
    assert np.sqrt(in_band) == pytest.approx(3.0, rel=0.1)
    low, high = (spectrum[(f > edge) & (f < 1.5 * edge)].mean() for edge in (2.0, 200.0))
    assert np.log(low / high) / np.log(100) == pytest.approx(exponent, abs=0.05)


def test_contacts_are_noisy_each_by_itself():
    rng = np.random.default_rng(0)
    noise = [electrode_noise_uv(resistor(100e3, 0.0), 100_000, 1000.0, rng) for _ in range(3)]
    assert np.abs(np.corrcoef(noise) - np.eye(3)).max() < 0.03
