"""The converter's third-order sinc decimation filter (SBAS499C, section 9.3.2.1), seen from the output rate.

The filter runs at the modulator's clock; between DC and half the output rate its magnitude is (sinc(f/fs))^3 to within
1e-4 dB (decimation by 128 and more). Signals here are band-limited to half the output rate already, so that a short FIR
at the output rate can stand in for it: linear phase, its delay of 1.5 samples taken out so that events keep their time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d

HALF_TAPS = 48  # 97 taps: within 0.01 dB of the closed form up to 0.45 fs, within 0.1 dB at fs/2


def sinc3_response(frequency_hz: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """The closed form, magnitude, float64: (sin(pi f / fs) / (pi f / fs))^3."""
    response: NDArray[np.float64] = np.sinc(np.asarray(frequency_hz) / rate_hz) ** 3
    return response


def sinc3_taps() -> NDArray[np.float64]:
    """A symmetric FIR at the output rate with that magnitude, float64 [97], its sum 1.

    Least squares of the relative error over a grid of frequencies, so that each dB counts the same.
    """
    f = np.linspace(0, 0.5, 1001)
    wanted = sinc3_response(f, 1.0)
    order = np.arange(HALF_TAPS + 1)
    cosines = np.where(order == 0, 1.0, 2.0) * np.cos(2 * np.pi * np.outer(f, order))
    half = np.linalg.lstsq(cosines / wanted[:, np.newaxis], np.ones(len(f)), rcond=None)[0]
    taps = np.concatenate([half[:0:-1], half])
    unit: NDArray[np.float64] = taps / taps.sum()
    return unit


def sinc3_filter(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of potentials [samples, channels] sampled at the output rate; float64, same shape.

    Beyond its ends the signal stays at its first and last value, so that an offset is no step.
    """
    filtered: NDArray[np.float64] = convolve1d(uv, sinc3_taps(), axis=0, mode="nearest")
    return filtered


def noise_taps() -> NDArray[np.float64]:
    """A FIR of 3 taps that gives white noise of unit rms the spectrum of decimated modulator noise.

    White noise behind sinc3 has the autocorrelation of its impulse response, a quadratic B-spline: the quintic B-spline
    at whole numbers, (1, 26, 66, 26, 1) / 120. The taps are its minimum-phase factor.
    """
    roots = np.roots([1.0, 26.0, 66.0, 26.0, 1.0])
    taps = np.real(np.poly(roots[np.abs(roots) < 1]))
    unit: NDArray[np.float64] = taps / np.sqrt((taps**2).sum())
    return unit
