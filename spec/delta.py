"""The delta section: the second-order filter in integers that all implementations share.

The section is expanded about z = s: s = +1 if its poles are in the right half plane, s = -1 ("mirrored") if they are in
the left::

    d   = 1 + s a1 + a2          g = 1 - a2
    acc = b N(x) - s d y1 - g (s y1 - y2) + 2 s e1 - e2         N(x) = x - x2  or  x - 2 x1 + x2
    y   = (acc >> E) + 2 s y1 - y2                              saturated to the state's width
    e   = acc mod 2^E                                           the bits that the shift dropped

For a pole pair at f0 << fs, 1 + a1 + a2 is near (2 pi f0 / fs)^2, 2^-20 for the lowest band: plain coefficients of 16
bits cannot represent it, mantissas of 16 bits with an exponent each can. The feedback of 2 s e1 - e2 gives the rounding
noise a double zero at the poles. Each product is shifted to the accumulator's binary point, E = `error_bits`,
separately; the bits that this drops are about 2^-16 of a state's step, and white.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.spec.filters import FloatSection

_NOTCH_REACH = 16  # steps by which the notch's width may change, 0.05 %, to place its zero at the mains frequency


@dataclass(frozen=True)
class Coefficient:
    """The value `mantissa / 2**(shift + error_bits)`; a product is shifted right by `shift`, or left if negative."""

    mantissa: int
    shift: int

    def value(self, error_bits: int) -> float:
        """Return the coefficient as a float."""
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
        """Return the section that these integers represent, as a row of scipy's `sos`."""
        b, d, g = (c.value(error_bits) for c in (self.b, self.d, self.g))
        return FloatSection(self.highpass, b, (-1 if self.mirrored else 1) * (d - 2 + g), 1 - g).sos


def quantise_section(section: FloatSection, bits: int, error_bits: int, gain: float = 1.0) -> DeltaSection:
    """Round a section's b (times `gain`), d and g to signed mantissas of `bits`, each with its own exponent."""
    mirrored = section.a1 > 0
    d = 1 + (-1 if mirrored else 1) * section.a1 + section.a2
    b, d_, g = (
        Coefficient(m, e - error_bits) for m, e in (mantissa_of(v, bits) for v in (section.b * gain, d, 1 - section.a2))
    )
    return DeltaSection(section.highpass, mirrored, b, d_, g)


def quantise_notch(section: FloatSection, bits: int, error_bits: int, gain: float = 1.0) -> DeltaSection:
    """Round the notch's band-pass so that x - BP(x) is as small at the mains frequency as the words allow.

    The zero is at cos w = -a1 / (1 + a2), so d must be (2 - g)(1 - s cos w): of the widths g around the wanted one, the
    function selects that whose d is nearest to a mantissa. b is exactly g / 2, so the gain at the zero is one.
    """
    plain = quantise_section(section, bits, error_bits, gain)
    cosine = -section.a1 / (1 + section.a2)
    per_g = 1 + cosine if plain.mirrored else 1 - cosine
    one_d, one_g = (2.0 ** (c.shift + error_bits) for c in (plain.d, plain.g))

    def missed(g: int) -> float:
        wanted = (2 - g / one_g) * per_g * one_d
        return abs(wanted - round(wanted))

    g = min(range(plain.g.mantissa - _NOTCH_REACH, plain.g.mantissa + _NOTCH_REACH + 1), key=missed)
    d = round((2 - g / one_g) * per_g * one_d)
    halved = plain.g.shift + 1 - round(np.log2(gain))
    return DeltaSection(
        highpass=False,
        mirrored=plain.mirrored,
        b=Coefficient(g, halved),
        d=Coefficient(d, plain.d.shift),
        g=Coefficient(g, plain.g.shift),
    )


def mantissa_of(value: float, bits: int) -> tuple[int, int]:
    """Return (m, e) with m / 2**e nearest to `value` and |m| as large as signed `bits` allow."""
    limit = 2 ** (bits - 1) - 1
    exponent = int(np.floor(np.log2(limit / abs(value))))
    if round(abs(value) * 2.0 ** (exponent + 1)) <= limit:
        exponent += 1
    return round(value * 2.0**exponent), exponent
