"""Gaussian noise of a given density, made in the frequency domain (Timmer & König 1995), in single precision."""

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
    """Stationary noise, without DC, of the one-sided density `density(frequency_hz)` in unit^2/Hz.

    It is made a second longer than wanted, so that its end does not run into its beginning. Above `highest_hz` there is
    none.

    Returns
    -------
    float32 [samples]
    """
    length = fft.next_fast_len(samples + int(sfreq), real=True)
    frequency_hz = fft.rfftfreq(length, 1 / sfreq)
    frequency_hz = frequency_hz[1 : np.searchsorted(frequency_hz, highest_hz, side="right")]
    coefficients = np.zeros(length // 2 + 1, np.complex64)
    made = coefficients[1 : 1 + len(frequency_hz)]
    made[:] = rng.standard_normal(2 * len(made), np.float32).view(np.complex64)
    made *= np.sqrt(density(frequency_hz) * (sfreq * length / 4)).astype(np.float32)
    noise: NDArray[np.float32] = fft.irfft(coefficients, length, overwrite_x=True)[:samples]
    return noise
