"""The float path with the rails of the integers: the values of words with the same range and unlimited precision.

Beyond the range of a word the golden model saturates, and its filters respond to that for as long as their memory
lasts: a second near Nyquist, minutes in the slowest bands. The float path of `earloop.spec.reference` has no range, so
the two differ by much more than rounding long after the signal is back in range. This module limits the same samples at
the same places, in the notch and in each section of each band. Its filters have the coefficients that the integers
represent, because a filter with other coefficients would saturate differently. So this path differs from the golden
model by rounding alone, which measures the arithmetic; it differs from `earloop.spec.reference` by the effect of the
range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earloop.spec.delta import DeltaSection
from earloop.spec.fixed import FixedDesign

STATE_BITS = 32

# Columns of a section's coefficient row and of its state row.
_HIGHPASS, _B, _A1, _A2 = range(4)
_X1, _X2, _Y1, _Y2 = range(4)


@njit(cache=True, inline="always")
def _limit(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)


@njit(cache=True, inline="always")
def _section(row: Any, state: Any, x: float, lowest: float, highest: float) -> tuple[float, bool]:
    """Run one step of a section whose fed-back output is limited; return the output and whether it was limited."""
    numerator = x - 2 * state[_X1] + state[_X2] if row[_HIGHPASS] else x - state[_X2]
    wide = row[_B] * numerator - row[_A1] * state[_Y1] - row[_A2] * state[_Y2]
    y = _limit(wide, lowest, highest)
    state[_X2], state[_X1] = state[_X1], x
    state[_Y2], state[_Y1] = state[_Y1], y
    return y, y != wide


@njit(cache=True)
def _notch(row: Any, states: Any, rails: Any, x: Any, out: Any, beyond: Any) -> None:
    """Subtract a band-pass from x, [ticks, channels]; rails has a row for the input's words and one for the bands'."""
    for channel in range(x.shape[1]):
        for tick in range(len(x)):
            hum, limited = _section(row, states[channel], x[tick, channel], rails[1, 0], rails[1, 1])
            wide = x[tick, channel] - hum
            out[tick, channel] = _limit(wide, rails[0, 0], rails[0, 1])
            beyond[tick, channel] |= limited or out[tick, channel] != wide


@njit(cache=True)
def _bands(rows: Any, states: Any, rails: Any, x: Any, out: Any, beyond: Any) -> None:
    """Filter x, [ticks, channels], into every band; out and beyond have the shape [ticks, channels, bands]."""
    lowest, highest = rails[1, 0], rails[1, 1]
    for channel in range(x.shape[1]):
        for band in range(rows.shape[0]):
            first, second = states[channel, band, 0], states[channel, band, 1]
            for tick in range(len(x)):
                middle, limited_1 = _section(rows[band, 0], first, x[tick, channel], lowest, highest)
                y, limited_2 = _section(rows[band, 1], second, middle, lowest, highest)
                out[tick, channel, band] = y
                beyond[tick, channel, band] |= limited_1 or limited_2


@dataclass(frozen=True)
class Railed:
    """The values of one block.

    bands : float64 [ticks, channels, bands], in codes
    beyond : bool, same shape; True if the band's filter or its input was limited
    """

    bands: NDArray[np.float64]
    beyond: NDArray[np.bool_]


class RailedBands:
    """Compute the bands of a decimated stream, block by block; any split gives the same values."""

    def __init__(self, compiled: FixedDesign) -> None:
        design = compiled.design
        fixed, channels = design.fixed_point, len(design.channels)
        steps = np.array([fixed.input_steps, fixed.band_steps])
        highest = 2.0 ** (STATE_BITS - 1)
        self._input_steps = fixed.input_steps
        self._rails = np.stack([-highest / steps, (highest - 1) / steps], axis=1)  # in codes
        hum = compiled.notch
        self._notch_row = None if hum is None else np.array(_row(hum, fixed.error_bits, fixed.widening))
        self._band_rows = np.array(
            [
                [_row(first, fixed.error_bits, fixed.widening), _row(second, fixed.error_bits)]
                for first, second in compiled.bands
            ]
        )
        self._notch_state = np.zeros((channels, 4))
        self._band_state = np.zeros((channels, len(design.bands), 2, 4))
        self._primed = False

    def push(self, decimated: NDArray[np.integer[Any]]) -> Railed:
        """Filter the golden model's decimated samples, int32 [ticks, channels], which include guard bits."""
        x = decimated / self._input_steps
        if len(x) and not self._primed:
            for state in (self._notch_state, self._band_state[:, :, 0].swapaxes(0, 1)):
                state[..., _X1] = state[..., _X2] = x[0]
            self._primed = True
        lowest, highest = self._rails[0]
        beyond_before = (x <= lowest) | (x >= highest)
        notched = x
        if self._notch_row is not None:
            notched = np.empty_like(x)
            _notch(self._notch_row, self._notch_state, self._rails, x, notched, beyond_before)
        bands = np.empty((*x.shape, len(self._band_rows)))
        beyond = np.repeat(beyond_before[:, :, None], len(self._band_rows), axis=2)
        _bands(self._band_rows, self._band_state, self._rails, notched, bands, beyond)
        return Railed(bands, beyond)


def _row(section: DeltaSection, error_bits: int, widening: float = 1.0) -> list[float]:
    """Return the coefficients that a section's integers represent; `widening` is the integers' change of format."""
    b, _, _, _, a1, a2 = section.sos(error_bits)
    return [float(section.highpass), float(b) / widening, float(a1), float(a2)]
