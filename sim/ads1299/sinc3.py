"""The converter's third-order sinc decimation filter (SBAS499C, section 9.3.2.1), seen from the output rate.

The filter runs at the modulator's clock; between DC and half the output rate its magnitude is (sinc(f/fs))^3 to within
1e-4 dB (decimation by 128 and more). Signals here are band-limited to half the output rate already, so that their
spectrum can be multiplied by it. The delay of 1.5 samples is left out so that events keep their time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# The response has a corner at fs/2, so that the kernel falls as 1/n^2 only; over so many samples what is left reaches
# from one end of the signal to the other.
GAP_SAMPLES = 256


def sinc3_response(frequency_hz: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """The closed form, magnitude, float64: (sin(pi f / fs) / (pi f / fs))^3."""
    response: NDArray[np.float64] = np.sinc(np.asarray(frequency_hz) / rate_hz) ** 3
    return response


def sinc3_filter(uv: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """What is left of one channel's potentials [samples], sampled at the output rate; same shape and precision.

    The straight line from the first to the last value passes as it is, so that neither an offset nor a drift is a step
    at the ends.
    """
    from scipy import fft

    line = np.linspace(uv[0], uv[-1], len(uv), dtype=uv.dtype)
    length = fft.next_fast_len(len(uv) + GAP_SAMPLES, real=True)
    spectrum = fft.rfft(uv - line, length)
    spectrum *= sinc3_response(fft.rfftfreq(length), 1.0).astype(uv.dtype)
    line += fft.irfft(spectrum, length, overwrite_x=True)[: len(uv)]
    return line


def sinc3_noise_power(cycles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power of decimated modulator noise at `cycles` per output sample, 1 in the mean.

    White noise behind sinc3 has the autocorrelation of its impulse response, a quadratic B-spline: the quintic B-spline
    at whole numbers, (1, 26, 66, 26, 1) / 120.
    """
    cosine = np.cos(2 * np.pi * np.asarray(cycles))
    power: NDArray[np.float64] = (64 + 52 * cosine + 4 * cosine**2) / 66  # 66 + 52 cos w + 2 cos 2w
    return power
