"""The float64 tokenizer: the same signal path with unquantised filters, by scipy. The yardstick for every SQNR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.decimator import decimator_taps
from earloop.spec.design import Design
from earloop.spec.filters import band_sos, notch_section


@dataclass(frozen=True)
class FloatTaps:
    """The float path at its taps, in units of one converter code.

    decimated, notched : float64, shape [ticks, channels]
    bands : float64, shape [ticks, channels, bands]
    """

    decimated: NDArray[np.float64]
    notched: NDArray[np.float64]
    bands: NDArray[np.float64]


def float_taps(design: Design, codes: NDArray[np.integer[Any]]) -> FloatTaps:
    """Run converter codes, shape [samples, channels], through the unquantised filters.

    Histories are primed with the first sample as in the golden model, so that the two differ by quantisation alone.
    """
    x = codes.astype(np.float64)
    decimated = _decimate(decimator_taps(design), design.decimator.factor, x)
    hum = notch_section(design)
    notched = decimated if hum is None else decimated - _run(hum.sos[None], decimated)
    bands = np.stack([_run(sos, notched) for sos in band_sos(design)], axis=-1)
    return FloatTaps(decimated, notched, bands)


def _decimate(taps: NDArray[np.float64], factor: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Filter and keep the samples at factor - 1, 2 factor - 1, ..., the first sample standing for all before it."""
    from scipy import signal

    ticks, oldest = len(x) // factor, len(taps) - 1
    if not ticks:
        return x[:0]
    primed = np.concatenate([np.repeat(x[:1], oldest, axis=0), x])
    skipped, skipped_ticks = (oldest + factor - 1) % factor, (oldest + factor - 1) // factor
    filtered = signal.upfirdn(taps, primed[skipped:], down=factor, axis=0)
    return np.asarray(filtered[skipped_ticks : skipped_ticks + ticks])


def _run(sos: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Run sections whose gain at DC is zero, at rest on the first sample."""
    from scipy import signal

    if not len(x):
        return x
    at_rest = signal.sosfilt_zi(sos)[:, :, None] * x[0]
    return np.asarray(signal.sosfilt(sos, x, axis=0, zi=at_rest)[0])
