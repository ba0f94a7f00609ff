"""The contact between an electrode and the skin of the ear: its impedance, and how much walking disturbs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TIME_CONSTANT_S = 51e3 * 47e-9  # the skin of SBAS499C's impedance example, 51 kOhm || 47 nF
SERIES_SHARE = 0.1  # estimate: electrolyte and deep tissue, of |Z| at MEASURED_HZ
MEASURED_HZ = 31.2  # the converter's AC lead-off excitation, at which such tables are taken
IMPEDANCE_PER_G = 0.3  # estimate: sd of the relative change of impedance per g of head acceleration
OFFSET_UV_PER_G = 300.0  # estimate: sd over contacts; walking then disturbs by some 50..200 uV, as dry ears show
OFFSET_UV = 8e3  # sd over contacts: channels of one session lie 15..20 mV apart (OpenBCI recordings)
EXCESS_NOISE_UV = 1.5  # median; electrodes on the body have 1..15 uV rms, .5-500 Hz (Fernandez & Pallas-Areny 2000)
EXCESS_NOISE_LN_SD = 0.3  # estimate


@dataclass(frozen=True)
class Fit:
    """How an earpiece fits: |Z| in kOhm is lognormal."""

    name: str
    ln_kohm: float
    ln_kohm_sd: float


# Seven people, six electrodes each, in their own and in others' earpieces (berkeley-biosense, fronteirs-eareeg).
CUSTOM_FIT = Fit("custom", 1.56, 0.68)
GENERIC_FIT = Fit("generic", 2.81, 0.50)


@dataclass(frozen=True)
class Contact:
    """One electrode on one skin: Rs + Rd || C, a half-cell offset, its excess noise, and its share of motion."""

    series_ohm: float
    parallel_ohm: float
    farad: float
    offset_uv: float
    excess_noise_uv: float
    impedance_per_g: float
    offset_uv_per_g: float

    def impedance_ohm(self, frequency_hz: NDArray[np.float64] | float) -> NDArray[np.complex128]:
        """Z(f) = Rs + Rd / (1 + j 2 pi f Rd C), complex128, Ohm."""
        omega = 2j * np.pi * np.asarray(frequency_hz)
        impedance: NDArray[np.complex128] = np.asarray(
            self.series_ohm + self.parallel_ohm / (1 + omega * self.parallel_ohm * self.farad), np.complex128
        )
        return impedance

    def facts(self) -> dict[str, Any]:
        """What a recording keeps of a contact: |Z| at `MEASURED_HZ` in kOhm and the offset in mV."""
        kohm = abs(complex(self.impedance_ohm(MEASURED_HZ))) / 1e3
        return {"kohm": round(kohm, 3), "offset_mv": round(self.offset_uv / 1e3, 3)}


def draw_contact(fit: Fit, rng: np.random.Generator) -> Contact:
    """One contact of an earpiece that fits so."""
    ohm = 1e3 * float(np.exp(rng.normal(fit.ln_kohm, fit.ln_kohm_sd)))
    series = SERIES_SHARE * ohm
    # |Rs + Rd / (1 + j w T)| = Z, solved for Rd: with q = 1 / (1 + (w T)^2), q Rd^2 + 2 q Rs Rd + Rs^2 - Z^2 = 0.
    q = 1 / (1 + (2 * np.pi * MEASURED_HZ * TIME_CONSTANT_S) ** 2)
    parallel = float(-series + np.sqrt(series**2 + (ohm**2 - series**2) / q))
    return Contact(
        series_ohm=series,
        parallel_ohm=parallel,
        farad=TIME_CONSTANT_S / parallel,
        offset_uv=float(rng.normal(0, OFFSET_UV)),
        excess_noise_uv=float(EXCESS_NOISE_UV * np.exp(rng.normal(0, EXCESS_NOISE_LN_SD))),
        impedance_per_g=float(rng.normal(0, IMPEDANCE_PER_G)),
        offset_uv_per_g=float(rng.normal(0, OFFSET_UV_PER_G)),
    )
