"""The float64 filters: each band as two second-order sections, and the mains notch.

A band is a Butterworth band-pass of prototype order 2, or, if it ends at Nyquist, a high-pass of order 4: both have two
sections. Every section has its zeros at z = 1 and z = -1, (1, 0, -1), or twice at z = 1, (1, -2, 1), so that the
numerator needs one multiplication. The first section, of lower pole frequency, has a peak gain of one, so that it does
not saturate before the band does; the second has the rest of the gain.

The notch is written as y = x - BP(x), with BP a (1, 0, -1) section of unit gain at the mains frequency: the same filter
as `scipy.signal.iirnotch`, which in this form needs no separate arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Band, Design

BANDPASS_NUMERATOR = (1.0, 0.0, -1.0)
HIGHPASS_NUMERATOR = (1.0, -2.0, 1.0)


@dataclass(frozen=True)
class FloatSection:
    """The section b N(z) / (1 + a1 z^-1 + a2 z^-2), where N is one of the two numerators above."""

    highpass: bool
    b: float
    a1: float
    a2: float

    @property
    def sos(self) -> NDArray[np.float64]:
        """The section as a row of scipy's `sos`."""
        numerator = HIGHPASS_NUMERATOR if self.highpass else BANDPASS_NUMERATOR
        return np.array([*(self.b * n for n in numerator), 1.0, self.a1, self.a2])


def band_sections(band: Band, rate_hz: float) -> tuple[FloatSection, FloatSection]:
    """Return the two sections of a band at the tokenizer's rate; the first has the lower pole frequency."""
    from scipy import signal

    highpass = band.high_hz >= rate_hz / 2
    if highpass:
        _, poles, gain = signal.butter(4, band.low_hz, "highpass", fs=rate_hz, output="zpk")
    else:
        _, poles, gain = signal.butter(2, (band.low_hz, band.high_hz), "bandpass", fs=rate_hz, output="zpk")
    upper = sorted((p for p in poles if p.imag > 0), key=lambda p: float(np.angle(p)))
    first, second = (FloatSection(highpass, 1.0, -2 * float(p.real), float(abs(p) ** 2)) for p in upper)
    unit = 1 / _peak_gain(first)
    return replace(first, b=unit), replace(second, b=gain / unit)


def _peak_gain(section: FloatSection) -> float:
    """Return the largest amplitude response of a section: exact for a band-pass, from a grid for a high-pass."""
    from scipy import signal

    if not section.highpass:
        return 2 * section.b / (1 - section.a2)  # exact: reached at cos w = -a1 / (1 + a2)
    _, response = signal.sosfreqz(section.sos[None], 8192)
    return float(np.abs(response).max())


def notch_section(design: Design) -> FloatSection | None:
    """Return the band-pass that the notch subtracts, or None if the design has no notch."""
    from scipy import signal

    if not design.notch.mains_hz:
        return None
    _, (_, a1, a2) = signal.iirnotch(design.notch.mains_hz, design.notch.q, fs=design.token_rate_hz)
    return FloatSection(highpass=False, b=(1 - a2) / 2, a1=float(a1), a2=float(a2))


def notch_q(g: float, mains_hz: float, rate_hz: float) -> float:
    """Return the quality factor of a notch with g = 1 - a2, by the formula of `scipy.signal.iirnotch`."""
    return float(np.pi * mains_hz / rate_hz / np.arctan(g / (2 - g)))


def band_sos(design: Design) -> list[NDArray[np.float64]]:
    """Return one scipy `sos` array, shape [2, 6], for each band."""
    return [np.stack([s.sos for s in band_sections(band, design.token_rate_hz)]) for band in design.bands]
