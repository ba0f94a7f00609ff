"""The decimation filter: float taps that compensate the converter's droop, and their integers.

The ADS1299 filters with a third-order sinc, whose first zero is at the data rate (SBAS499C, section 9.3.2.1): it loses
0.35 dB at 90 Hz when it samples at 1000 SPS. The pass band of the FIR rises by the same amount.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.spec.delta import mantissa_of
from earloop.spec.design import Design

_PASS_POINTS = 64  # knots of the piecewise-linear pass band; its error is below 1e-4 dB
_STOP_WEIGHT = 60.0  # trades pass-band ripple (0.1 dB allowed) for stop-band depth (75 dB wanted)


def sinc3_gain(frequency_hz: NDArray[np.float64] | float, rate_hz: float) -> NDArray[np.float64]:
    """Return the amplitude response of the converter's sinc3 filter, for many modulator samples per conversion."""
    return np.asarray(np.sinc(np.asarray(frequency_hz) / rate_hz) ** 3)


def decimator_taps(design: Design) -> NDArray[np.float64]:
    """Return the decimation filter's float taps: symmetric, unit gain at DC; a single 1.0 if the factor is 1.

    The least-squares fit aims at 1 / sinc3 up to `pass_hz` and at zero from `stop_hz`.
    """
    from scipy import signal

    dec, rate = design.decimator, design.converter.rate_hz
    if dec.factor == 1:
        return np.ones(1)
    knots = np.linspace(0.0, dec.pass_hz, _PASS_POINTS)
    pass_edges = np.repeat(knots, 2)[1:-1]
    edges = np.concatenate([pass_edges, [dec.stop_hz, rate / 2]])
    gains = np.concatenate([1.0 / sinc3_gain(pass_edges, rate), [0.0, 0.0]])
    weights = np.concatenate([np.ones(_PASS_POINTS - 1), [_STOP_WEIGHT]])
    taps = signal.firls(dec.taps, edges, gains, weight=weights, fs=rate)
    return np.asarray(taps / taps.sum())


def quantise_taps(taps: NDArray[np.float64], bits: int) -> tuple[tuple[int, ...], int]:
    """Round symmetric taps to signed integers of `bits`; return them and their binary point.

    In each half, the rounding error of a tap is added to the next tap towards the middle; the middle tap receives the
    rest of both halves. So the error's spectrum falls towards DC, away from the bands, and the gain at DC is exact.
    """
    shift = mantissa_of(float(np.abs(taps).max()), bits)[1]
    scaled = taps * 2.0**shift
    rounded = [0] * len(taps)
    middle, carry = len(taps) // 2, 0.0
    for i in range(middle):
        wanted = scaled[i] + carry
        rounded[i] = rounded[-1 - i] = round(wanted)
        carry = wanted - rounded[i]
    rounded[middle] = round(scaled[middle] + 2 * carry)
    return tuple(rounded), shift
