"""The float path of `earloop.spec.reference`, block by block: what the yardstick of every SQNR says up to now.

Nothing looks ahead, and whatever the blocks, all of them together are what `earloop.spec.reference.float_taps` makes of
the whole but for float64's rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.decimator import decimator_taps
from earloop.spec.design import Design
from earloop.spec.filters import band_sos, notch_section
from earloop.spec.reference import FloatTaps


class FloatPath:
    """The unquantised tokenizer, fed block by block from its reset on."""

    def __init__(self, design: Design) -> None:
        self._factor = design.decimator.factor
        self._taps = decimator_taps(design)
        hum = notch_section(design)
        self._hum = _Sections(hum.sos[None]) if hum is not None else None
        self._bands = [_Sections(sos) for sos in band_sos(design)]
        self._line: NDArray[np.float64] | None = None  # samples that outputs to come still need

    def push(self, codes: NDArray[np.integer[Any]]) -> FloatTaps:
        """Filter converter codes, shape [samples, channels]; returns the ticks that they complete, in codes."""
        x = codes.astype(np.float64)
        if not len(x):
            return FloatTaps(x, x, np.empty((0, x.shape[1], len(self._bands))))
        if self._line is None:
            self._line = np.repeat(x[:1], len(self._taps) - 1, axis=0)  # the first sample stands for all before it
        self._line = np.concatenate([self._line, x])
        decimated = self._decimate(self._line)
        self._line = self._line[len(decimated) * self._factor :]
        notched = decimated if self._hum is None else decimated - self._hum.push(decimated)
        bands = np.stack([band.push(notched) for band in self._bands], axis=-1)
        return FloatTaps(decimated, notched, bands)

    def _decimate(self, line: NDArray[np.float64]) -> NDArray[np.float64]:
        """Every output whose newest sample is there; that of a line's first tick is its sample number factor - 1."""
        windows = np.lib.stride_tricks.sliding_window_view(line, len(self._taps), axis=0)
        return np.asarray(windows[self._factor - 1 :: self._factor] @ self._taps[::-1])


class _Sections:
    """Second-order sections without gain at DC, at rest on the first sample."""

    def __init__(self, sos: NDArray[np.float64]) -> None:
        self._sos = sos
        self._state: NDArray[np.float64] | None = None

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import signal

        if not len(x):
            return x
        if self._state is None:
            self._state = signal.sosfilt_zi(self._sos)[:, :, None] * x[0]
        y, self._state = signal.sosfilt(self._sos, x, axis=0, zi=self._state)
        return np.asarray(y)
