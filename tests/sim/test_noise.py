"""Noise against the datasheet's table and Nyquist's formula."""

import numpy as np
import pytest

from sim import GENERIC_FIT, Contact, amplifier_sigma_uv
from sim.noise import amplifier_noise_uv, electrode_noise_uv
from spec.design import Converter

GAINS = (1, 2, 4, 6, 8, 12, 24)
DATASHEET_UV_RMS = {  # SBAS499C, table 1: inputs shorted
    16000: (21.70, 10.85, 5.60, 3.87, 3.05, 2.27, 1.66),
    8000: (6.93, 3.65, 1.98, 1.31, 1.11, 0.92, 0.80),
    4000: (4.33, 2.28, 1.24, 0.93, 0.79, 0.65, 0.56),
    2000: (3.06, 1.61, 0.88, 0.66, 0.56, 0.46, 0.40),
    1000: (2.17, 1.14, 0.62, 0.46, 0.39, 0.32, 0.28),
    500: (1.53, 0.81, 0.44, 0.33, 0.28, 0.23, 0.20),
    250: (1.08, 0.57, 0.31, 0.23, 0.20, 0.16, 0.14),
}


@pytest.mark.parametrize("rate_hz", DATASHEET_UV_RMS)
@pytest.mark.parametrize("gain", GAINS)
def test_amplifier_noise_is_the_datasheets(gain, rate_hz):
    converter = Converter(bits=24, gain=gain, vref_v=4.5, rate_hz=rate_hz)
    wanted = DATASHEET_UV_RMS[rate_hz][GAINS.index(gain)]
    assert amplifier_sigma_uv(converter) == wanted
    noise = amplifier_noise_uv(40_000, 1, converter, np.random.default_rng(0))
    assert noise.std() == pytest.approx(amplifier_sigma_uv(converter), rel=0.02)


def test_channels_of_the_amplifier_are_independent():
    converter = Converter(bits=24, gain=12, vref_v=4.5, rate_hz=1000)
    noise = amplifier_noise_uv(40_000, 3, converter, np.random.default_rng(0))
    assert np.abs(np.corrcoef(noise.T) - np.eye(3)).max() < 0.03


def resistor(ohm: float, excess_noise_uv: float) -> Contact:
    return Contact(ohm, 1e-3, 1e-12, 0.0, excess_noise_uv, 0.0, 0.0)


def test_a_resistor_without_excess_makes_thermal_noise():
    noise = electrode_noise_uv(resistor(100e3, 0.0), 100_000, 1000.0, np.random.default_rng(0))
    assert noise.std() / np.sqrt(500) == pytest.approx(0.0414, rel=0.02)  # 41.4 nV/rtHz: 100 kOhm at 310 K


def test_excess_noise_has_its_stated_rms_in_its_stated_band():
    noise = electrode_noise_uv(resistor(1e-3, 3.0), 200_000, 1000.0, np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    f = np.fft.rfftfreq(len(noise), 1e-3)
    in_band = 2 * spectrum[(f >= 0.5) & (f < 500)].sum() / len(noise) ** 2
    assert np.sqrt(in_band) == pytest.approx(3.0, rel=0.1)
    assert GENERIC_FIT.name == "generic"
