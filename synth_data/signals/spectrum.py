"""Gaussian noise of a given power spectral density, computed in the frequency domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Density = Callable[[FloatArray], NDArray[np.floating[Any]]]
Samples = NDArray[np.float32]
BLOCK = 1 << 16  # samples computed at once: the transform fits in the cache, however long the noise
FADE_S = 1.0  # crossfade from one block to the next; both are stationary, and so is their sum


def shaped_noise(
    density: Density,
    samples: int,
    sfreq: float,
    rng: np.random.Generator,
    *,
    rows: int = 1,
    band_hz: tuple[float, float] | None = None,
) -> Samples:
    """Return independent stationary Gaussian noises of the one-sided density `density(frequency_hz)`, in unit^2/Hz.

    The noise has no DC. Each Fourier coefficient is an independent complex Gaussian of variance S(f) fs N / 2 (Timmer &
    König 1995). Long noise consists of blocks with crossfades of the square root of a cosine, which keep the power.

    Parameters
    ----------
    rows : number of noises
    band_hz : outside of this band the density counts as 0, and no coefficients are drawn

    Returns
    -------
    float32 [rows, samples]
    """
    fade = min(round(FADE_S * sfreq), BLOCK // 4)
    if samples <= BLOCK:
        return _block(density, samples, fade, sfreq, rng, rows, band_hz)
    noise = np.zeros((rows, samples), np.float32)
    phase = (np.arange(fade, dtype=np.float32) + 0.5) / fade * np.float32(np.pi / 2)
    rise = np.sin(phase)
    for start in range(0, samples, BLOCK):
        length = min(BLOCK + fade, samples - start)
        block = _block(density, length, fade, sfreq, rng, rows, band_hz)
        if start:
            block[:, :fade] *= rise[: block.shape[1]]
        if length == BLOCK + fade:
            block[:, -fade:] *= rise[::-1]
        noise[:, start : start + length] += block
    return noise


def _block(
    density: Density,
    samples: int,
    fade: int,
    sfreq: float,
    rng: np.random.Generator,
    rows: int,
    band_hz: tuple[float, float] | None,
) -> Samples:
    """Return one block of noise, cut from a longer one: its end would otherwise continue into its beginning."""
    from scipy import fft

    length = fft.next_fast_len(samples + fade, real=True)
    last = length // 2
    step_hz = sfreq / length
    low, high = (
        (1, last) if band_hz is None else (max(1, int(band_hz[0] / step_hz)), min(last, int(band_hz[1] / step_hz)))
    )
    sigma = np.sqrt(density(step_hz * np.arange(low, high + 1)) * sfreq * length / 4).astype(np.float32)
    coefficients = np.zeros((rows, last + 1), np.complex64)
    drawn = rng.standard_normal((rows, 2 * len(sigma)), np.float32).view(np.complex64)
    coefficients[:, low : high + 1] = sigma * drawn
    noise: Samples = fft.irfft(coefficients, length, axis=1)[:, :samples]
    return noise


def bump(frequency_hz: FloatArray, centre_hz: float, sd_hz: float) -> FloatArray:
    """Return a Gaussian peak of area 1, in 1/Hz: the density of a rhythm of unit rms."""
    density: FloatArray = np.exp(-0.5 * ((frequency_hz - centre_hz) / sd_hz) ** 2) / (sd_hz * np.sqrt(2 * np.pi))
    return density


def rhythm(
    centre_hz: float, sd_hz: float, samples: int, sfreq: float, rng: np.random.Generator, *, rows: int = 1
) -> Samples:
    """Return narrow-band Gaussian noise of unit rms, float32 [rows, samples]; its envelope is Rayleigh-distributed."""
    band_hz = (centre_hz - 4 * sd_hz, centre_hz + 4 * sd_hz)
    return shaped_noise(lambda f: bump(f, centre_hz, sd_hz), samples, sfreq, rng, rows=rows, band_hz=band_hz)


def slow_noise(corner_hz: float, samples: int, sfreq: float, rng: np.random.Generator) -> Samples:
    """Return Gaussian noise of unit rms below a corner, float32 [samples], computed at a low rate and interpolated."""
    rate_hz = 16 * corner_hz
    coarse = int(np.ceil(samples / sfreq * rate_hz)) + 2

    def density(frequency_hz: FloatArray) -> FloatArray:
        low_pass: FloatArray = 1 / (1 + (frequency_hz / corner_hz) ** 4)
        # The integral of the low-pass from 0 to infinity is pi fc / (2 sqrt 2).
        unit: FloatArray = low_pass * (2 * np.sqrt(2) / (np.pi * corner_hz))
        return unit

    knots = shaped_noise(density, coarse, rate_hz, rng)[0]
    drawn: Samples = np.interp(np.arange(samples) / sfreq, np.arange(coarse) / rate_hz, knots).astype(np.float32)
    return drawn
