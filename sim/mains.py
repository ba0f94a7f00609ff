"""Mains hum: the body's common-mode voltage, and what unequal contacts make of it.

    mains --CP-- body --CB-- earth        the body sits at V CP / (CP + CB), less what the bias electrode takes away
                  |
               Z contact                  each contact and the input it feeds divide that voltage a little differently
                  |
               input  Zin = 1 GOhm || 20 pF, and for the reference that of all channels in parallel

Formulas: Haberman & Spinelli 2011; Metting van Rijn et al. 1990.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.contact import Contact

MAINS_V = {50: 230.0, 60: 120.0}
MAINS_FARAD = 1e-12  # median body to mains, .0x to a few pF (Haberman 2011)
MAINS_FARAD_LN_SD = 0.5  # estimate
EARTH_FARAD = 300e-12  # body to earth, hundreds of pF (Haberman 2011)
BIAS_REDUCTION_DB = 30.0  # estimate; hum is then 3.5..34 uV rms, as in careful sessions (OpenBCI recordings)
INPUT_OHM, INPUT_FARAD = 1e9, 20e-12  # SBAS499C, electrical characteristics
CMRR_DB = 110.0  # SBAS499C, the least
HARMONICS = {1: 1.0, 3: 0.02, 5: 0.03, 7: 0.015}  # of the voltage; estimate, within EN 50160 (5, 6 and 5 %)
FREQUENCY_SD_HZ = 0.02  # estimate for a synchronous grid
SWELL, SWELL_S = 0.1, 20.0  # estimate: slow change of amplitude as the wearer and his neighbours move


@dataclass(frozen=True)
class Mains:
    """The hum of one room: body voltage in V rms, exact frequency, phase in radians."""

    common_mode_v: float
    frequency_hz: float
    phase: float
    swell_phase: float


def draw_mains(nominal_hz: int, rng: np.random.Generator) -> Mains:
    """A room with mains of 50 or 60 Hz."""
    farad = MAINS_FARAD * float(np.exp(rng.normal(0, MAINS_FARAD_LN_SD)))
    body_v = MAINS_V[nominal_hz] * farad / (farad + EARTH_FARAD) * 10 ** (-BIAS_REDUCTION_DB / 20)
    phase, swell_phase = rng.uniform(0, 2 * np.pi, 2)
    return Mains(body_v, float(rng.normal(nominal_hz, FREQUENCY_SD_HZ)), float(phase), float(swell_phase))


def input_impedance_ohm(frequency_hz: float) -> complex:
    """One input of the converter, Ohm."""
    return 1 / (1 / INPUT_OHM + 2j * np.pi * frequency_hz * INPUT_FARAD)


def conversion(
    electrode_ohm: complex, reference_ohm: complex, frequency_hz: float, reference_inputs: int = 1
) -> complex:
    """Differential over common-mode voltage: the difference of two dividers, and the amplifier's own share.

    `reference_inputs` is the number of channels whose negative inputs hang on the reference electrode.
    """
    zin = input_impedance_ohm(frequency_hz)
    electrode = zin / (zin + electrode_ohm)
    reference = zin / (zin + reference_inputs * reference_ohm)
    return electrode - reference + 10 ** (-CMRR_DB / 20)


def mains_uv(
    mains: Mains,
    electrodes: Sequence[Contact],
    reference: Contact,
    impedance_change: NDArray[np.float64],
    sfreq: float,
) -> NDArray[np.float64]:
    """Hum between each electrode and the reference, harmonics below Nyquist included.

    Parameters
    ----------
    impedance_change : float64 [samples, electrodes], relative, what motion does to each electrode's impedance; to
        first order

    Returns
    -------
    float64 [samples, electrodes], uV
    """
    samples, inputs = impedance_change.shape
    time_s = np.arange(samples) / sfreq
    swell = 1 + SWELL * np.sin(2 * np.pi * time_s / SWELL_S + mains.swell_phase)
    turn = np.exp(1j * (2 * np.pi * mains.frequency_hz * time_s + mains.phase))
    uv = np.zeros((samples, inputs))
    for order, share in HARMONICS.items():
        frequency_hz = order * mains.frequency_hz
        if frequency_hz >= sfreq / 2:
            break
        body_uv = 1e6 * np.sqrt(2) * mains.common_mode_v * share * swell * turn**order
        zin, zref = input_impedance_ohm(frequency_hz), complex(reference.impedance_ohm(frequency_hz))
        for i, electrode in enumerate(electrodes):
            z = complex(electrode.impedance_ohm(frequency_hz))
            still = conversion(z, zref, frequency_hz, inputs)
            slope = -zin * z / (zin + z) ** 2
            uv[:, i] += body_uv.real * still.real - body_uv.imag * still.imag
            uv[:, i] += impedance_change[:, i] * (body_uv.real * slope.real - body_uv.imag * slope.imag)
    return uv
