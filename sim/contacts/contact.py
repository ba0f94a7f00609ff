"""The contact between an electrode and the skin of the ear: impedance, offset and noise.

body --- Rs ---+--- Rd ---+--- electrode        the skin's capacitance is a constant phase element (CPE),
               |          |                     1 / (Y0 (j w)^n), which fits measured skin
               +--- CPE --+
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.sim.contacts.fit import Fit

TIME_CONSTANT_S = 51e3 * 47e-9  # the skin of SBAS499C's impedance example, 51 kOhm || 47 nF
CPE_EXPONENT = (0.7, 0.9)  # range over contacts; from memory of the bioimpedance literature
SERIES_SHARE = 0.1  # estimate: electrolyte and deep tissue, share of |Z| at MEASURED_HZ
MEASURED_HZ = 31.2  # the converter's AC lead-off excitation, at which published tables state |Z|
REFERENCE_OFFSET_RATIO = 15.0 / 8.0  # the common offset varies more: -23..+35 mV over sessions (OpenBCI recordings)
OPEN_KOHM = 1e4  # median of open contacts, lognormal; "over 1000" in the table (fronteirs-eareeg)
OPEN_LN_SD = 0.7  # estimate
EXCESS_LN_SD = 0.3  # estimate
EXCESS_OFFSET_CORRELATION = 0.6  # noisy contacts have large offsets (Fernandez & Pallas-Areny 2000); strength estimated
EXCESS_EXPONENT = (1.0, 2.0)  # 1/f^a (Fernandez & Pallas-Areny 2000); range estimated
HALF_NORMAL_MEAN, HALF_NORMAL_SD = np.sqrt(2 / np.pi), np.sqrt(1 - 2 / np.pi)  # of |x|, x standard normal


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A settled contact: Rs + Rd || CPE, a half-cell offset, and excess noise 1/f^a."""

    series_ohm: float
    parallel_ohm: float
    cpe_y0: float  # S s^n
    cpe_n: float
    offset_uv: float = 0.0
    excess_noise_uv: float = 0.0  # rms, .5 to 500 Hz
    excess_exponent: float = 1.0

    @property
    def dc_ohm(self) -> float:
        """Resistance at DC, Ohm."""
        return self.series_ohm + self.parallel_ohm

    def impedance_ohm(self, frequency_hz: NDArray[np.float64] | float) -> NDArray[np.complex128]:
        """Return Z(f) = Rs + 1 / (1 / Rd + Y0 (j 2 pi f)^n), complex128, Ohm."""
        omega = 2j * np.pi * np.asarray(frequency_hz)
        impedance: NDArray[np.complex128] = np.asarray(
            self.series_ohm + 1 / (1 / self.parallel_ohm + self.cpe_y0 * omega**self.cpe_n), np.complex128
        )
        return impedance

    @property
    def kohm(self) -> float:
        """`|Z|` at `MEASURED_HZ`, kOhm."""
        return abs(complex(self.impedance_ohm(MEASURED_HZ))) / 1e3


def draw_contact(fit: Fit, rng: np.random.Generator, *, reference: bool = False) -> Contact:
    """Draw one contact of an earpiece with this fit.

    The contact of a reference is never open, because nothing can be recorded without it.
    """
    kohm = float(np.exp(rng.normal(fit.ln_kohm, fit.ln_kohm_sd)))
    open_kohm = OPEN_KOHM * float(np.exp(rng.normal(0, OPEN_LN_SD)))
    ohm = 1e3 * (open_kohm if rng.random() < fit.open_chance and not reference else kohm)
    n = float(rng.uniform(*CPE_EXPONENT))
    series = SERIES_SHARE * ohm
    # |Rs + Rd c| = Z with c = 1 / (1 + (j w T)^n), solved for Rd: |c|^2 Rd^2 + 2 Rs Re(c) Rd + Rs^2 - Z^2 = 0.
    c = 1 / (1 + (2j * np.pi * MEASURED_HZ * TIME_CONSTANT_S) ** n)
    half = series * c.real / abs(c) ** 2
    parallel = float(-half + np.sqrt(half**2 + (ohm**2 - series**2) / abs(c) ** 2))
    offset = float(rng.standard_normal())
    size = (abs(offset) - HALF_NORMAL_MEAN) / HALF_NORMAL_SD
    independent = np.sqrt(1 - EXCESS_OFFSET_CORRELATION**2) * rng.standard_normal()
    return Contact(
        series_ohm=series,
        parallel_ohm=parallel,
        cpe_y0=TIME_CONSTANT_S**n / parallel,
        cpe_n=n,
        offset_uv=(REFERENCE_OFFSET_RATIO if reference else 1.0) * fit.material.offset_uv * offset,
        excess_noise_uv=float(
            fit.material.excess_noise_uv * np.exp(EXCESS_LN_SD * (EXCESS_OFFSET_CORRELATION * size + independent))
        ),
        excess_exponent=float(rng.uniform(*EXCESS_EXPONENT)),
    )
