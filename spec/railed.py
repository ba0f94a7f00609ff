"""The float path with the rails of the integers: what words of unlimited precision, and of the same range, would hold.

Beyond the range of a word the golden model saturates, and its filters remember that for as long as they remember
anything: a second beside Nyquist, minutes in the slowest bands. The float path of `earloop.spec.reference` knows no
range, so that the two differ by far more than rounding long after the signal is back in range. Here the same samples
are limited at the same places, in the notch and in each section of each band, by filters with the coefficients that the
integers stand for: while a filter is driven into its rails, any other coefficient would take another course. What is
left of the difference is rounding alone, the measure of arithmetic. How far `earloop.spec.reference` lies from here is
what the range costs.
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
    """One step of a second-order section of which the output, which it feeds back, is limited; and whether it was."""
    numerator = x - 2 * state[_X1] + state[_X2] if row[_HIGHPASS] else x - state[_X2]
    wide = row[_B] * numerator - row[_A1] * state[_Y1] - row[_A2] * state[_Y2]
    y = _limit(wide, lowest, highest)
    state[_X2], state[_X1] = state[_X1], x
    state[_Y2], state[_Y1] = state[_Y1], y
    return y, y != wide


@njit(cache=True)
def _notch(row: Any, states: Any, rails: Any, x: Any, out: Any, beyond: Any) -> None:
    """Subtract a band-pass from x, [ticks, channels]; rails are those of the input's words, then of the bands'."""
    for channel in range(x.shape[1]):
        for tick in range(len(x)):
            hum, limited = _section(row, states[channel], x[tick, channel], rails[1, 0], rails[1, 1])
            wide = x[tick, channel] - hum
            out[tick, channel] = _limit(wide, rails[0, 0], rails[0, 1])
            beyond[tick, channel] |= limited or out[tick, channel] != wide


@njit(cache=True)
def _bands(rows: Any, states: Any, rails: Any, x: Any, out: Any, beyond: Any) -> None:
    """Every band of every channel; x [ticks, channels], out and beyond [ticks, channels, bands]."""
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
    """A stretch of the path.

    bands : float64 [ticks, channels, bands], in codes
    beyond : bool, same shape, where the band's filter, or the input before it, would have gone beyond its word
    """

    bands: NDArray[np.float64]
    beyond: NDArray[np.bool_]


class RailedBands:
    """The bands of a decimated stream, fed block by block; any split gives the same values."""

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
        """The bands of the golden model's decimated samples, int32 [ticks, channels], with their guard bits."""
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
    """The coefficients that a section's integers stand for; the first of a band also moves to the band's format."""
    b, _, _, _, a1, a2 = section.sos(error_bits)
    return [float(section.highpass), float(b) / widening, float(a1), float(a2)]
