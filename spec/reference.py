"""The float path: the tokenizer in float64 with scipy's unquantised filters. Every SQNR is measured against it.

`FloatTokenizer` receives a stream block by block; `float_taps` processes the whole stream as one block. Both give the
same bits: each output is the same sum in the same order for any blocks.
"""

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

    Parameters
    ----------
    decimated, notched : float64, shape [ticks, channels]
    bands : float64, shape [ticks, channels, bands]
    """

    decimated: NDArray[np.float64]
    notched: NDArray[np.float64]
    bands: NDArray[np.float64]


class FloatTokenizer:
    """The unquantised filters; they receive a stream block by block.

    The first sample primes the histories as in the golden model, so that the two differ by quantisation alone.
    """

    def __init__(self, design: Design) -> None:
        self._decimator = _Decimator(decimator_taps(design), design.decimator.factor)
        hum = notch_section(design)
        self._hum = None if hum is None else _Sections(hum.sos[None])
        self._bands = [_Sections(sos) for sos in band_sos(design)]

    def push(self, codes: NDArray[np.integer[Any]]) -> FloatTaps:
        """Filter a block of converter codes, shape [samples, channels], and return the ticks that it completes."""
        decimated = self._decimator.push(codes.astype(np.float64))
        notched = decimated if self._hum is None else decimated - self._hum.push(decimated)
        bands = np.stack([band.push(notched) for band in self._bands], axis=-1)
        return FloatTaps(decimated, notched, bands)


def float_taps(design: Design, codes: NDArray[np.integer[Any]]) -> FloatTaps:
    """Filter the whole stream of converter codes, shape [samples, channels], without quantisation."""
    return FloatTokenizer(design).push(codes)


class _Decimator:
    """A FIR that keeps the samples factor - 1, 2 factor - 1, ...; all samples before the first equal the first."""

    def __init__(self, taps: NDArray[np.float64], factor: int) -> None:
        self._taps, self._factor = taps, factor
        self._line: NDArray[np.float64] | None = None  # the samples that later outputs still need

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter a block, shape [samples, channels]; return the outputs that it completes, [ticks, channels]."""
        from scipy import signal

        if not len(x):
            return x
        oldest, factor = len(self._taps) - 1, self._factor
        if self._line is None:
            self._line = np.repeat(x[:1], oldest, axis=0)
        line = np.concatenate([self._line, x])
        ticks = (len(line) - oldest) // factor
        self._line = line[ticks * factor :].copy()
        if not ticks:
            return x[:0]
        skipped, skipped_ticks = (oldest + factor - 1) % factor, (oldest + factor - 1) // factor
        filtered = signal.upfirdn(self._taps, line[skipped:], down=factor, axis=0)
        return np.asarray(filtered[skipped_ticks : skipped_ticks + ticks])


class _Sections:
    """Second-order sections with zero gain at DC, which start in the steady state of the first sample."""

    def __init__(self, sos: NDArray[np.float64]) -> None:
        self._sos = sos
        self._state: NDArray[np.float64] | None = None

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter a block, shape [ticks, channels]; return the same shape."""
        from scipy import signal

        if not len(x):
            return x
        if self._state is None:
            self._state = signal.sosfilt_zi(self._sos)[:, :, None] * x[0]
        y, self._state = signal.sosfilt(self._sos, x, axis=0, zi=self._state)
        return np.asarray(y)
