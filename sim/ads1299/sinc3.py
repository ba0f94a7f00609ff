"""The converter's third-order sinc decimation filter (SBAS499C, section 9.3.2.1), at the output rate.

The filter runs at the modulator's clock. Between DC and half the output rate its magnitude equals
`earloop.spec.decimator.sinc3_gain` within 1e-4 dB (decimation by 128 and more). Signals here are already band-limited
to half the output rate, so that their spectrum can be multiplied by it. The delay of 1.5 samples is omitted, so that
events keep their time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.decimator import sinc3_gain

# The response has a corner at fs/2, so that the kernel falls only as 1/n^2. The gap keeps one end of the signal from
# affecting the other through the circular convolution.
GAP_SAMPLES = 256

# White noise after sinc3 has the autocorrelation of its impulse response, a quadratic B-spline: the quintic B-spline
# at whole numbers. These are 120 times its values at lags of 0, 1 and 2 output samples; at larger lags it is 0.
NOISE_CORRELATION = (66, 26, 1)


def sinc3_filter(uv: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return one channel's potentials [samples] after the filter, at the output rate; same shape and precision.

    The straight line from the first to the last value passes unchanged, so that neither an offset nor a drift causes a
    step at the ends.
    """
    from scipy import fft

    line = np.linspace(uv[0], uv[-1], len(uv), dtype=uv.dtype)
    length = fft.next_fast_len(len(uv) + GAP_SAMPLES, real=True)
    spectrum = fft.rfft(uv - line, length)
    spectrum *= sinc3_gain(fft.rfftfreq(length), 1.0).astype(uv.dtype)
    line += fft.irfft(spectrum, length, overwrite_x=True)[: len(uv)]
    return line


def sinc3_noise_power(cycles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power of decimated modulator noise at `cycles` per output sample, with a mean of 1.

    It is r0 + 2 r1 cos w + 2 r2 cos 2w over r0, with r of `NOISE_CORRELATION`, and cos 2w = 2 cos^2 w - 1.
    """
    r0, r1, r2 = NOISE_CORRELATION
    cosine = np.cos(2 * np.pi * np.asarray(cycles))
    power: NDArray[np.float64] = (r0 - 2 * r2 + 2 * r1 * cosine + 4 * r2 * cosine**2) / r0
    return power
