"""The integers that every implementation holds: delta sections, decimator taps, token shifts.

The delta section
-----------------
A second-order section expanded about z = s, where s = +1 if its poles lie in the right half plane and -1 in the left
("mirrored")::

    d   = 1 + s a1 + a2          g = 1 - a2
    acc = b N(x) - s d y1 - g (s y1 - y2) + 2 s e1 - e2         N(x) = x - x2  or  x - 2 x1 + x2
    y   = (acc >> E) + 2 s y1 - y2                              saturated to the state's width
    e   = acc mod 2^E                                           the bits that the shift dropped

A pole pair at f0 << fs puts 1 + a1 + a2 near (2 pi f0 / fs)^2, 2^-20 for the lowest band: plain coefficients of 16 bits
cannot hold it, mantissas of 16 bits with an exponent each can. Feeding back 2 s e1 - e2 gives the rounding noise a
double zero just where the poles are. Each product is shifted to the accumulator's binary point, E = `error_bits`, by
itself; the bits that this drops are some 2^-16 of a state's step, and white.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from spec.decimator import decimator_taps
from spec.design import Band, Design
from spec.errors import DesignError
from spec.filters import FloatSection, band_sections, notch_section

MAX_COEFFICIENT_BITS = 18


@dataclass(frozen=True)
class Coefficient:
    """`mantissa / 2**(shift + error_bits)`: a product with it is shifted right by `shift`, or left if negative."""

    mantissa: int
    shift: int

    def value(self, error_bits: int) -> float:
        return float(self.mantissa * 2.0 ** -(self.shift + error_bits))


@dataclass(frozen=True)
class DeltaSection:
    """One quantised section; `highpass` selects the numerator x - 2 x1 + x2, `mirrored` means s = -1."""

    highpass: bool
    mirrored: bool
    b: Coefficient
    d: Coefficient
    g: Coefficient

    def sos(self, error_bits: int) -> NDArray[np.float64]:
        """The section that these integers stand for, as a row of scipy's `sos`."""
        b, d, g = (c.value(error_bits) for c in (self.b, self.d, self.g))
        return FloatSection(self.highpass, b, (-1 if self.mirrored else 1) * (d - 2 + g), 1 - g).sos


@dataclass(frozen=True)
class FixedDesign:
    """A design compiled to integers.

    taps : decimator, value `tap / 2**tap_shift`; symmetric
    decimated_shift : right shift of the tap sum, which leaves `input_guard_bits` of fraction
    notch : the band-pass that is subtracted, output in the band format; None without a notch
    bands : two sections a band; the first also moves from the input's to the band's fraction
    token_shifts : rounding right shift from a band sample to a token sample
    """

    design: Design
    taps: tuple[int, ...]
    tap_shift: int
    decimated_shift: int
    notch: DeltaSection | None
    bands: tuple[tuple[DeltaSection, DeltaSection], ...]
    token_shifts: tuple[int, ...]

    @property
    def notch_shift(self) -> int:
        """Rounding right shift from the notch's band-pass to the input's fraction."""
        return self.design.fixed_point.band_guard_bits - self.design.fixed_point.input_guard_bits

    @cached_property
    def token_lsb_uv(self) -> tuple[float, ...]:
        """Size of one token step in uV, a band."""
        step_uv = self.design.converter.lsb_uv / 2**self.design.fixed_point.band_guard_bits
        return tuple(step_uv * 2**shift for shift in self.token_shifts)


def compile_design(design: Design) -> FixedDesign:
    """Quantise a design.

    Raises
    ------
    DesignError
        A word is too narrow for its band; says which, and which width would do.
    """
    fixed = design.fixed_point
    bits, error_bits = fixed.coefficient_bits, fixed.error_bits
    if fixed.band_guard_bits < fixed.input_guard_bits:
        raise DesignError(
            f"fixed_point.band_guard_bits = {fixed.band_guard_bits}: "
            f"must be at least input_guard_bits, {fixed.input_guard_bits}"
        )
    _check_coefficients(design)
    notch = notch_section(design)
    taps, tap_shift = quantise_taps(decimator_taps(design), design.decimator.tap_bits)
    return FixedDesign(
        design=design,
        taps=taps,
        tap_shift=tap_shift,
        decimated_shift=tap_shift - fixed.input_guard_bits,
        notch=quantise_section(notch, bits, error_bits, _widening(design)) if notch else None,
        bands=tuple(quantise_band(design, band, bits) for band in design.bands),
        token_shifts=tuple(_token_shift(design, band.range_uv) for band in design.bands),
    )


def quantise_section(section: FloatSection, bits: int, error_bits: int, gain: float = 1.0) -> DeltaSection:
    """Round a section's b (times `gain`), d and g to signed mantissas of `bits`, each with its own exponent."""
    mirrored = section.a1 > 0
    d = 1 + (-1 if mirrored else 1) * section.a1 + section.a2
    b, d_, g = (
        Coefficient(m, e - error_bits) for m, e in (_mantissa(v, bits) for v in (section.b * gain, d, 1 - section.a2))
    )
    return DeltaSection(section.highpass, mirrored, b, d_, g)


def quantise_band(design: Design, band: Band, bits: int) -> tuple[DeltaSection, DeltaSection]:
    """A band's two sections, the first of which also moves to the band format.

    The second's gain is set last, to the value that brings the quantised pair nearest to the float pair.
    """
    fixed = design.fixed_point
    first, second = band_sections(band, design.token_rate_hz)
    first_fixed = quantise_section(first, bits, fixed.error_bits, _widening(design))
    second_fixed = quantise_section(second, bits, fixed.error_bits)
    wanted, found = _responses(design, band, (first_fixed, second_fixed))
    scale = float(np.vdot(found, wanted).real / np.vdot(found, found).real)
    second = replace(second, b=second_fixed.b.value(fixed.error_bits) * scale)
    return first_fixed, quantise_section(second, bits, fixed.error_bits)


def _widening(design: Design) -> float:
    """Ratio of a step of the input format to one of the band format."""
    return 2.0 ** (design.fixed_point.band_guard_bits - design.fixed_point.input_guard_bits)


def coefficient_sqnr_db(design: Design, band: Band, bits: int) -> float:
    """SQNR that rounding a band's coefficients to `bits` leaves for a white signal, rounding of samples apart."""
    wanted, found = _responses(design, band, quantise_band(design, band, bits))
    return float(-20 * np.log10(np.linalg.norm(found - wanted) / np.linalg.norm(wanted)))


def _responses(
    design: Design, band: Band, pair: tuple[DeltaSection, DeltaSection]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Float and quantised response of a band on a logarithmic grid, weighted so that norms integrate over frequency."""
    fixed = design.fixed_point
    grid = np.geomspace(band.low_hz / 100, design.nyquist_hz, 4000, endpoint=False)
    weight = np.sqrt(np.gradient(grid))
    wanted = np.stack([s.sos for s in band_sections(band, design.token_rate_hz)])
    found = np.stack([s.sos(fixed.error_bits) for s in pair])
    found[0, :3] /= _widening(design)
    both = [weight * signal.sosfreqz(sos, grid, fs=design.token_rate_hz)[1] for sos in (wanted, found)]
    return both[0], both[1]


def _check_coefficients(design: Design) -> None:
    """Refuse a coefficient width that leaves a band less SQNR than the design asks for."""
    fixed = design.fixed_point

    def worst(bits: int) -> tuple[float, str]:
        return min((coefficient_sqnr_db(design, band, bits), band.name) for band in design.bands)

    reached, name = worst(fixed.coefficient_bits)
    if reached >= fixed.min_sqnr_db:
        return
    wider = range(fixed.coefficient_bits + 1, MAX_COEFFICIENT_BITS + 1)
    enough = next((bits for bits in wider if worst(bits)[0] >= fixed.min_sqnr_db), None)
    valid = f"valid: {enough} bits" if enough else f"no width up to {MAX_COEFFICIENT_BITS} will do: raise its low_hz"
    raise DesignError(
        f"fixed_point.coefficient_bits = {fixed.coefficient_bits}: too narrow for band {name}, which reaches "
        f"{reached:.1f} dB where min_sqnr_db asks for {fixed.min_sqnr_db:g}; {valid}"
    )


def quantise_taps(taps: NDArray[np.float64], bits: int) -> tuple[tuple[int, ...], int]:
    """Round symmetric taps to signed integers of `bits`; returns them and their binary point.

    Each half hands its rounding error on to the next tap towards the middle, which takes what is left of both: the
    error's spectrum falls towards DC, out of the bands, and the gain at DC is exact.
    """
    shift = _mantissa(float(np.abs(taps).max()), bits)[1]
    scaled = taps * 2.0**shift
    rounded = [0] * len(taps)
    middle, carry = len(taps) // 2, 0.0
    for i in range(middle):
        wanted = scaled[i] + carry
        rounded[i] = rounded[-1 - i] = round(wanted)
        carry = wanted - rounded[i]
    rounded[middle] = round(scaled[middle] + 2 * carry)
    return tuple(rounded), shift


def _mantissa(value: float, bits: int) -> tuple[int, int]:
    """(m, e) with m / 2**e nearest to `value` and |m| as large as `bits` signed allow."""
    limit = 2 ** (bits - 1) - 1
    exponent = int(np.floor(np.log2(limit / abs(value))))
    if round(abs(value) * 2.0 ** (exponent + 1)) <= limit:
        exponent += 1
    return round(value * 2.0**exponent), exponent


def _token_shift(design: Design, range_uv: float) -> int:
    """The least shift at which an event of `range_uv` fits a token."""
    steps = range_uv / design.converter.lsb_uv * 2**design.fixed_point.band_guard_bits
    return max(0, int(np.ceil(np.log2(steps / (2 ** (design.tokens.bits - 1) - 1)))))
