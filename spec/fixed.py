"""The integers that all implementations share: delta sections, decimator taps, token shifts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from earloop.spec.decimator import decimator_taps, quantise_taps
from earloop.spec.delta import DeltaSection, quantise_notch, quantise_section
from earloop.spec.design import Band, Design
from earloop.spec.errors import DesignError
from earloop.spec.filters import band_sections, notch_q, notch_section

MAX_COEFFICIENT_BITS = 18


@dataclass(frozen=True)
class FixedDesign:
    """A design compiled to integers.

    Parameters
    ----------
    taps : the decimator's taps, symmetric; a tap has the value `tap / 2**tap_shift`
    decimated_shift : right shift of the sum of products, which leaves `input_guard_bits` of fraction
    notch : the band-pass that is subtracted, output in the band format; None without a notch
    bands : two sections per band; the first also converts from the input's to the band's fraction
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
        """The rounding right shift from the notch's band-pass to the input's fraction."""
        return self.design.fixed_point.band_guard_bits - self.design.fixed_point.input_guard_bits

    @property
    def notch_q(self) -> float | None:
        """The quality factor of the quantised notch; None without a notch."""
        if self.notch is None:
            return None
        g = self.notch.g.value(self.design.fixed_point.error_bits)
        return notch_q(g, self.design.notch.mains_hz, self.design.token_rate_hz)

    @cached_property
    def token_lsb_uv(self) -> tuple[float, ...]:
        """The token step of each band, in uV."""
        return tuple(float(step_uv) for step_uv in self.design.converter.lsb_uv / self.token_steps)

    @property
    def token_steps(self) -> NDArray[np.float64]:
        """The steps of a token sample per converter code, float64 [bands]; powers of two."""
        return np.asarray(self.design.fixed_point.band_steps / 2.0 ** np.array(self.token_shifts))


def compile_design(design: Design) -> FixedDesign:
    """Quantise a design.

    Raises
    ------
    DesignError
        A word is too narrow; the message names it and, if one exists, a sufficient width.
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
    if tap_shift < fixed.input_guard_bits:
        lacking = fixed.input_guard_bits - tap_shift
        raise DesignError(
            f"decimator.tap_bits = {design.decimator.tap_bits}: taps with {tap_shift} bits of fraction cannot keep "
            f"input_guard_bits, {fixed.input_guard_bits}; valid: {design.decimator.tap_bits + lacking} and up"
        )
    return FixedDesign(
        design=design,
        taps=taps,
        tap_shift=tap_shift,
        decimated_shift=tap_shift - fixed.input_guard_bits,
        notch=quantise_notch(notch, bits, error_bits, fixed.widening) if notch else None,
        bands=tuple(quantise_band(design, band, bits) for band in design.bands),
        token_shifts=tuple(_token_shift(design, band.range_uv) for band in design.bands),
    )


def quantise_band(design: Design, band: Band, bits: int) -> tuple[DeltaSection, DeltaSection]:
    """Return a band's two quantised sections; the first also converts to the band format.

    The second section's gain is computed last; it minimises the difference of the quantised pair from the float pair.
    """
    fixed = design.fixed_point
    first, second = band_sections(band, design.token_rate_hz)
    first_fixed = quantise_section(first, bits, fixed.error_bits, fixed.widening)
    second_fixed = quantise_section(second, bits, fixed.error_bits)
    wanted, found = _responses(design, band, (first_fixed, second_fixed))
    scale = float(np.vdot(found, wanted).real / np.vdot(found, found).real)
    second = replace(second, b=second_fixed.b.value(fixed.error_bits) * scale)
    return first_fixed, quantise_section(second, bits, fixed.error_bits)


def coefficient_sqnr_db(design: Design, band: Band, bits: int) -> float:
    """Return the SQNR of a white signal when only the band's coefficients are rounded, to `bits`."""
    wanted, found = _responses(design, band, quantise_band(design, band, bits))
    return float(-20 * np.log10(np.linalg.norm(found - wanted) / np.linalg.norm(wanted)))


def _responses(
    design: Design, band: Band, pair: tuple[DeltaSection, DeltaSection]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return a band's float and quantised response on a log grid, weighted so that norms integrate over frequency."""
    from scipy import signal

    fixed = design.fixed_point
    grid = np.geomspace(band.low_hz / 100, design.nyquist_hz, 4000, endpoint=False)
    weight = np.sqrt(np.gradient(grid))
    wanted = np.stack([s.sos for s in band_sections(band, design.token_rate_hz)])
    found = np.stack([s.sos(fixed.error_bits) for s in pair])
    found[0, :3] /= fixed.widening
    both = [weight * signal.sosfreqz(sos, grid, fs=design.token_rate_hz)[1] for sos in (wanted, found)]
    return both[0], both[1]


def _check_coefficients(design: Design) -> None:
    """Refuse a coefficient width with which a band does not reach the SQNR that the design requires."""
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


def _token_shift(design: Design, range_uv: float) -> int:
    """Return the smallest shift with which a signal of `range_uv` fits into a token."""
    steps = range_uv / design.converter.lsb_uv * design.fixed_point.band_steps
    return max(0, int(np.ceil(np.log2(steps / (2 ** (design.tokens.bits - 1) - 1)))))
