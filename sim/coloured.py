"""Gaussian noise of given densities, one a row, made in the frequency domain (Timmer & König 1995)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

FloatArray = NDArray[np.float64]


def coloured_noise(
    density: Callable[[FloatArray], NDArray[np.floating[Any]]],
    samples: int,
    sfreq: float,
    rng: np.random.Generator,
    highest_hz: float = np.inf,
) -> NDArray[np.float32]:
    """Stationary noise, without DC, of one-sided densities in unit^2/Hz.

    It is made a second longer than wanted, so that its end does not run into its beginning.

    Parameters
    ----------
    density : frequencies [bins] in Hz to densities [rows, bins]
    highest_hz : nothing is made above

    Returns
    -------
    float32 [rows, samples]
    """
    length = fft.next_fast_len(samples + int(sfreq), real=True)
    frequency_hz = fft.rfftfreq(length, 1 / sfreq)
    bins = int(np.searchsorted(frequency_hz, highest_hz, side="right"))
    sigma = np.sqrt(density(frequency_hz[1:bins]) * (sfreq * length / 4)).astype(np.float32)
    coefficients = np.zeros((len(sigma), length // 2 + 1), np.complex64)
    draws = rng.standard_normal((len(sigma), bins - 1, 2), np.float32).view(np.complex64)[..., 0]
    np.multiply(draws, sigma, out=coefficients[:, 1:bins])
    noise: NDArray[np.float32] = fft.irfft(coefficients, length, overwrite_x=True)[:, :samples]
    return noise
