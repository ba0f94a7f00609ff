"""Noise of the electrodes and of the amplifiers, both referred to the input."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.noise_table import noise_uv_rms
from earloop.sim.ads1299.sinc3 import sinc3_noise_power
from earloop.sim.contacts.contact import Contact
from earloop.spec.design import Converter
from earloop.synth_data.signals.spectrum import FloatArray, shaped_noise

BOLTZMANN_J_K = 1.380649e-23
SKIN_K = 310.0
EXCESS_HZ = (0.5, 500.0)  # the band of `Contact.excess_noise_uv`
FLAT_BELOW_HZ = 0.1  # at lower frequencies the half-cell's drift dominates
KNOTS = 256  # frequencies at which a density is computed; its logarithm is interpolated linearly between them


def electrode_noise_uv(contact: Contact, samples: int, sfreq: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw thermal noise 4 k T Re Z(f) plus an excess that falls as 1/f^a; float32 [samples], uV."""

    def density(frequency_hz: FloatArray) -> NDArray[np.float32]:
        knots_hz = np.geomspace(frequency_hz[0], frequency_hz[-1], KNOTS)
        ln_density = np.interp(np.log(frequency_hz), np.log(knots_hz), np.log(noise_density(contact, knots_hz)))
        uv2_hz: NDArray[np.float32] = np.exp(ln_density.astype(np.float32))
        return uv2_hz

    noise: NDArray[np.float32] = shaped_noise(density, samples, sfreq, rng)[0]
    return noise


def noise_density(contact: Contact, frequency_hz: FloatArray) -> FloatArray:
    """Return the one-sided noise density of a settled contact, uV^2/Hz, same shape as `frequency_hz`."""
    thermal = 4e12 * BOLTZMANN_J_K * SKIN_K * contact.impedance_ohm(frequency_hz).real
    a, (low_hz, high_hz) = contact.excess_exponent, EXCESS_HZ
    area = np.log(high_hz / low_hz) if a == 1 else (high_hz ** (1 - a) - low_hz ** (1 - a)) / (1 - a)
    excess = contact.excess_noise_uv**2 / area * np.maximum(frequency_hz, FLAT_BELOW_HZ) ** -a
    density: FloatArray = thermal + excess
    return density


def amplifier_sigma_uv(converter: Converter) -> float:
    """Return the input-referred noise of an ADS1299 with shorted inputs, uV rms."""
    return noise_uv_rms(converter.gain, converter.rate_hz)


def amplifier_noise_uv(
    sigma_uv: float, decimation: Literal["sinc3", "flat"], samples: int, sfreq: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw the noise of one channel after the decimation filter, of rms `sigma_uv`; float32 [samples], uV."""

    def density(frequency_hz: FloatArray) -> FloatArray:
        power = sinc3_noise_power(frequency_hz / sfreq) if decimation == "sinc3" else np.ones(len(frequency_hz))
        return 2 * sigma_uv**2 / sfreq * power

    noise: NDArray[np.float32] = shaped_noise(density, samples, sfreq, rng)[0]
    return noise
