"""Noise of the electrode and of the amplifier, both referred to the input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d

from sim.ads1299.noise_table import noise_uv_rms
from sim.contact import Contact
from sim.sinc3 import noise_taps
from spec.design import Converter
from synth_data.spectrum import shaped_noise

BOLTZMANN_J_K = 1.380649e-23
SKIN_K = 310.0
EXCESS_HZ = (0.5, 500.0)  # the band in which `Contact.excess_noise_uv` is stated


def electrode_noise_uv(contact: Contact, samples: int, sfreq: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Thermal noise 4 k T Re Z(f), and above it an excess that falls as 1/f; float64 [samples], uV."""
    excess = contact.excess_noise_uv**2 / np.log(EXCESS_HZ[1] / EXCESS_HZ[0])

    def density(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        thermal = 4e12 * BOLTZMANN_J_K * SKIN_K * contact.impedance_ohm(frequency_hz).real
        total: NDArray[np.float64] = thermal + excess / frequency_hz
        return total

    return np.asarray(shaped_noise(density, samples, sfreq, rng)[0], np.float64)


def amplifier_sigma_uv(converter: Converter) -> float:
    """Input-referred noise of an ADS1299 with shorted inputs, uV rms."""
    return noise_uv_rms(converter.gain, converter.rate_hz)


def amplifier_noise_uv(
    samples: int, channels: int, converter: Converter, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise as it leaves sinc3: white before, so coloured and folded after; float64 [samples, channels], uV."""
    taps = noise_taps()
    white = rng.standard_normal((samples + len(taps) - 1, channels))
    coloured = convolve1d(white, taps, axis=0)[len(taps) // 2 :][:samples]
    noise: NDArray[np.float64] = amplifier_sigma_uv(converter) * coloured
    return noise
