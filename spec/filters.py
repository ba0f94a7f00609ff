"""The float64 filters: each band as two second-order sections, and the mains notch.

A band is a Butterworth band-pass of prototype order 2, or, where it ends at Nyquist, a high-pass of order 4: two
sections either way. Every section has its zeros at z = 1 and z = -1, (1, 0, -1), or twice at z = 1, (1, -2, 1), so that
the numerator costs one multiplication. The first section, of lower pole frequency, peaks at unity, so that it saturates
no sooner than the band itself; the second carries the rest of the gain.

The notch is written as y = x - BP(x), with BP a (1, 0, -1) section of unit gain at the mains frequency: the same filter
as `scipy.signal.iirnotch`, which in this form needs no arithmetic of its own.
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
    """b N(z) / (1 + a1 z^-1 + a2 z^-2), with N one of the two numerators above."""

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
    """The two sections of a band at the tokenizer's rate, the one of lower pole frequency first."""
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
    """Largest amplitude response of a section, found on a grid that is dense around its poles."""
    from scipy import signal

    if not section.highpass:
        return 2 * section.b / (1 - section.a2)  # exact: reached where the poles' phase is a quarter turn
    _, response = signal.sosfreqz(section.sos[None], 8192)
    return float(np.abs(response).max())


def notch_section(design: Design) -> FloatSection | None:
    """The band-pass that the notch subtracts, or None where the design has no notch."""
    from scipy import signal

    if not design.notch.mains_hz:
        return None
    _, (_, a1, a2) = signal.iirnotch(design.notch.mains_hz, design.notch.q, fs=design.token_rate_hz)
    return FloatSection(highpass=False, b=(1 - a2) / 2, a1=float(a1), a2=float(a2))


def notch_q(g: float, mains_hz: float, rate_hz: float) -> float:
    """Quality factor of the notch with g = 1 - a2, as `scipy.signal.iirnotch` relates the two."""
    return float(np.pi * mains_hz / rate_hz / np.arctan(g / (2 - g)))


def band_sos(design: Design) -> list[NDArray[np.float64]]:
    """One scipy `sos` array, shape [2, 6], a band."""
    return [np.stack([s.sos for s in band_sections(band, design.token_rate_hz)]) for band in design.bands]
