"""Gaussian noise of a given power spectral density, made in the frequency domain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

FloatArray = NDArray[np.float64]


def shaped_noise(
    density: Callable[[FloatArray], FloatArray], samples: int, sfreq: float, rng: np.random.Generator
) -> FloatArray:
    """Stationary Gaussian noise with the one-sided density `density(frequency_hz)`, in unit^2/Hz; no DC.

    Each Fourier coefficient is an independent complex Gaussian of variance S(f) fs N / 2 (Timmer & König 1995). The
    noise is made a second longer than wanted, so that its end does not run into its beginning.

    Returns
    -------
    float64 [samples]
    """
    length = fft.next_fast_len(samples + int(sfreq), real=True)
    frequency_hz = fft.rfftfreq(length, 1 / sfreq)
    sigma = np.zeros(len(frequency_hz))
    sigma[1:] = np.sqrt(density(frequency_hz[1:]) * sfreq * length / 4)
    coefficients = sigma * (rng.standard_normal(len(sigma)) + 1j * rng.standard_normal(len(sigma)))
    noise: FloatArray = fft.irfft(coefficients, length)[:samples]
    return noise


def bump(frequency_hz: FloatArray, centre_hz: float, sd_hz: float) -> FloatArray:
    """A Gaussian peak of area 1, in 1/Hz: the density of a rhythm of unit rms."""
    density: FloatArray = np.exp(-0.5 * ((frequency_hz - centre_hz) / sd_hz) ** 2) / (sd_hz * np.sqrt(2 * np.pi))
    return density
