"""The golden model: the integer tokenizer that the C, the Verilog and every device equal bit for bit.

It has four steps, each a loop over integers (`int64` everywhere; the comments state how many bits are used)::

    codes       int24, converter rate
      | decimate: FIR, one output every `factor` samples, history primed with the first sample
    decimated   32 bits, `input_guard_bits` of them fraction
      | notch: minus a band-pass section
    notched     same format
      | bands: two delta sections each (see earloop.spec.delta)
    bands       32 bits, `band_guard_bits` of them fraction
      | tokens: rounding shift, saturate
    tokens      16 bits, gathered into patches

The state continues from block to block, so any split of a stream into blocks gives the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from earloop.spec.delta import DeltaSection
from earloop.spec.fixed import FixedDesign
from earloop.spec.patches import to_patches
from earloop.spec.taps import TOKEN_MAX, Taps

STATE_MAX = 2**31 - 1

# Columns of a section's coefficient row and of its state row.
_HIGHPASS, _SIGN, _B, _B_SHIFT, _D, _D_SHIFT, _G, _G_SHIFT = range(8)
_X1, _X2, _Y1, _Y2, _E1, _E2 = range(6)


@njit(cache=True, inline="always")
def _saturate(value: int, limit: int) -> int:
    return min(max(value, -limit - 1), limit)


@njit(cache=True, inline="always")
def _round_shift(value: int, shift: int) -> int:
    """Shift right and round to nearest; halves round up."""
    return (value + ((1 << shift) >> 1)) >> shift


@njit(cache=True, inline="always")
def _align(product: int, shift: int) -> int:
    """Shift a product to the accumulator's binary point; a negative shift is to the left."""
    return product >> shift if shift >= 0 else product << -shift


@njit(cache=True)
def _decimate(history: Any, codes: Any, phase: int, factor: int, taps: Any, shift: int, out: Any) -> int:
    """Filter `history` followed by `codes`, write each completed output, and return how many saturated.

    history : the last len(taps) - 1 codes of each channel, shape [channels, len(taps) - 1]; it is updated
    codes : shape [samples, channels], |code| < 2^23
    phase : the number of samples since the last output
    """
    length, middle, keep = len(taps), len(taps) // 2, len(taps) - 1
    saturated = 0
    line = np.empty(keep + len(codes), np.int64)
    for channel in range(codes.shape[1]):
        line[:keep] = history[channel]
        line[keep:] = codes[:, channel]
        first = factor - 1 - phase
        for tick in range((len(codes) - first + factor - 1) // factor):
            newest = first + tick * factor
            window = line[newest : newest + length]
            total = window[middle] * taps[middle]  # 24 + 16 + 8 bits
            for i in range(middle):
                total += (window[i] + window[length - 1 - i]) * taps[i]
            sample = total if shift == 0 else _round_shift(total, shift)
            out[tick, channel] = _saturate(sample, STATE_MAX)
            saturated += out[tick, channel] != sample
        history[channel] = line[len(codes) :]
    return saturated


@njit(cache=True, inline="always")
def _section(row: Any, state: Any, x: int, error_bits: int) -> tuple[int, int]:
    """Run one step of a delta section; return the output, 32 bits, and whether it saturated."""
    sign = row[_SIGN]
    y1, y2, e1, e2 = state[_Y1], state[_Y2], state[_E1], state[_E2]
    numerator = x - 2 * state[_X1] + state[_X2] if row[_HIGHPASS] else x - state[_X2]  # 34 or 33 bits
    acc = (
        _align(row[_B] * numerator, row[_B_SHIFT])
        - _align(row[_D] * sign * y1, row[_D_SHIFT])
        - _align(row[_G] * (sign * y1 - y2), row[_G_SHIFT])
        + 2 * sign * e1
        - e2
    )
    wide = (acc >> error_bits) + 2 * sign * y1 - y2
    y = _saturate(wide, STATE_MAX)
    state[_X2], state[_X1] = state[_X1], x
    state[_Y2], state[_Y1] = y1, y
    state[_E2], state[_E1] = e1, acc & ((1 << error_bits) - 1)
    return y, wide != y


@njit(cache=True)
def _notch(row: Any, state: Any, shift: int, error_bits: int, x: Any, out: Any) -> int:
    """Subtract a band-pass from x, shape [ticks, channels]; return how many samples saturated."""
    saturated = 0
    for channel in range(x.shape[1]):
        for tick in range(len(x)):
            hum, clipped = _section(row, state[channel], x[tick, channel], error_bits)
            wide = x[tick, channel] - _round_shift(hum, shift)
            out[tick, channel] = _saturate(wide, STATE_MAX)
            saturated += clipped or wide != out[tick, channel]
    return saturated


@njit(cache=True)
def _bands(rows: Any, states: Any, error_bits: int, x: Any, out: Any, saturated: Any) -> None:
    """Filter x [ticks, channels] into out [ticks, channels, bands]; count in saturated [channels, bands]."""
    for channel in range(x.shape[1]):
        for band in range(rows.shape[0]):
            first, second = states[channel, band, 0], states[channel, band, 1]
            for tick in range(len(x)):
                middle, clipped_1 = _section(rows[band, 0], first, x[tick, channel], error_bits)
                y, clipped_2 = _section(rows[band, 1], second, middle, error_bits)
                out[tick, channel, band] = y
                saturated[channel, band] += clipped_1 or clipped_2


@njit(cache=True)
def _to_tokens(shifts: Any, bands: Any, out: Any, saturated: Any) -> None:
    """Round and saturate band samples to 16 bits; the shapes are those of `_bands`."""
    for tick in range(bands.shape[0]):
        for channel in range(bands.shape[1]):
            for band in range(bands.shape[2]):
                wide = _round_shift(bands[tick, channel, band], shifts[band])
                out[tick, channel, band] = _saturate(wide, TOKEN_MAX)
                saturated[channel, band] += out[tick, channel, band] != wide


class GoldenTokenizer:
    """The tokenizer in integers; it receives a stream block by block.

    Parameters
    ----------
    fixed : the compiled design

    Attributes
    ----------
    saturated_inputs : number of decimated or notched samples that saturated since reset
    saturated_bands, saturated_tokens : the same for bands and tokens, int64, shape [channels, bands]
    """

    def __init__(self, fixed: FixedDesign) -> None:
        self.fixed = fixed
        self._taps = np.array(fixed.taps, np.int64)
        self._band_rows = np.array([[_row(s) for s in pair] for pair in fixed.bands], np.int64)
        self._notch_row = np.array(_row(fixed.notch), np.int64) if fixed.notch else None
        self._shifts = np.array(fixed.token_shifts, np.int64)
        self.reset()

    def reset(self) -> None:
        """Clear the whole state: the next sample is the first of a segment."""
        design = self.fixed.design
        channels, bands = len(design.channels), len(design.bands)
        self._primed = False
        self._ticked = False
        self._phase = 0
        self._history = np.zeros((channels, len(self._taps) - 1), np.int64)
        self._notch_state = np.zeros((channels, 6), np.int64)
        self._band_state = np.zeros((channels, bands, 2, 6), np.int64)
        self._patch = np.zeros((0, channels, bands), np.int16)
        self.saturated_inputs = 0
        self.saturated_bands = np.zeros((channels, bands), np.int64)
        self.saturated_tokens = np.zeros((channels, bands), np.int64)

    def push(self, codes: NDArray[np.integer[Any]]) -> Taps:
        """Process converter codes, shape [samples, channels], of any length, and return the values at every tap."""
        design, error_bits = self.fixed.design, self.fixed.design.fixed_point.error_bits
        channels, factor = len(design.channels), design.decimator.factor
        if codes.ndim != 2 or codes.shape[1] != channels:
            raise ValueError(f"codes of shape {codes.shape}: wanted [samples, {channels}]")
        if len(codes) and not self._primed:
            self._history[:] = codes[0][:, None]
        ticks = (self._phase + len(codes)) // factor

        decimated = np.empty((ticks, channels), np.int32)
        self.saturated_inputs += _decimate(
            self._history,
            codes.astype(np.int64),
            self._phase,
            factor,
            self._taps,
            self.fixed.decimated_shift,
            decimated,
        )
        self._phase = (self._phase + len(codes)) % factor
        self._primed = self._primed or len(codes) > 0

        x = decimated.astype(np.int64)
        if ticks and not self._ticked:
            self._prime(x[0])
            self._ticked = True
        notched = x.copy()
        if self._notch_row is not None:
            self.saturated_inputs += _notch(
                self._notch_row, self._notch_state, self.fixed.notch_shift, error_bits, x, notched
            )
        bands = np.empty((ticks, channels, len(design.bands)), np.int32)
        _bands(self._band_rows, self._band_state, error_bits, notched, bands, self.saturated_bands)
        samples = np.empty(bands.shape, np.int16)
        _to_tokens(self._shifts, bands, samples, self.saturated_tokens)
        return Taps(decimated, notched.astype(np.int32), bands, self._gather(samples))

    def _prime(self, first: NDArray[np.int64]) -> None:
        """Fill the input history with the first sample, so that the electrode's offset causes no step."""
        for state in (self._notch_state, self._band_state[:, :, 0].swapaxes(0, 1)):
            state[..., _X1] = state[..., _X2] = first

    def _gather(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """Cut [ticks, channels, bands] into whole patches and store the rest for the next block."""
        patch = self.fixed.design.tokens.patch
        samples = np.concatenate([self._patch, samples])
        whole = len(samples) // patch
        self._patch = samples[whole * patch :].copy()
        return np.ascontiguousarray(to_patches(samples[: whole * patch], patch))


def _row(section: DeltaSection) -> list[int]:
    """Return a section as a coefficient row of `_section`."""
    pairs = (v for c in (section.b, section.d, section.g) for v in (c.mantissa, c.shift))
    return [int(section.highpass), -1 if section.mirrored else 1, *pairs]
