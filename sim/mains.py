"""Mains hum: the body's common-mode voltage, and what unequal contacts make of it.

    mains --CP-- body --CB-- earth        the body sits at V CP / (CP + CB), less what the bias electrode takes away
                  |
               Z contact                  each contact and the inputs it feeds divide that voltage a little differently
                  |
               input  Zin                 in parallel as many times as the electrode feeds inputs

Formulas: Haberman & Spinelli 2011; Metting van Rijn et al. 1990. Electrodes that are wired together share an input
equally: their impedances then enter as the wiring's mean, which is exact where they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.contact import Contact
from sim.profile import FrontEnd
from sim.slow import SLOW_HZ, slow_rows, stretch, wander
from spec.wiring import Wiring

MAINS_V = {50: 230.0, 60: 120.0}
MAINS_FARAD = 1e-12  # median body to mains, .0x to a few pF (Haberman 2011)
MAINS_FARAD_LN_SD = 0.5  # estimate
EARTH_FARAD = 300e-12  # median body to earth, hundreds of pF (Haberman 2011)
EARTH_FARAD_LN_SD = 0.3  # estimate
HARMONICS = {1: 1.0, 3: 0.02, 5: 0.03, 7: 0.015}  # odd, of the voltage; estimate, within EN 50160 (5, 6 and 5 %)
FREQUENCY_SD_HZ = 0.02  # estimate for a synchronous grid
FREQUENCY_WANDER_HZ, FREQUENCY_WANDER_S = 0.005, 60.0  # estimate: within one session
SWELL, SWELL_S = 0.1, 20.0  # estimate: slow change of amplitude as the wearer and his neighbours move


@dataclass(frozen=True)
class Mains:
    """The hum of one room; `common_mode_v` is what the bias electrode leaves on the body, V rms."""

    mains_farad: float
    earth_farad: float
    common_mode_v: float
    frequency_hz: float

    def facts(self) -> dict[str, Any]:
        """What a recording keeps of it."""
        return {
            "frequency_hz": round(self.frequency_hz, 5),
            "mains_pf": round(self.mains_farad * 1e12, 4),
            "earth_pf": round(self.earth_farad * 1e12, 2),
            "common_mode_mv": round(self.common_mode_v * 1e3, 4),
        }


def draw_mains(front_end: FrontEnd, rng: np.random.Generator) -> Mains:
    """A room with the front end's mains."""
    mains_farad = MAINS_FARAD * float(np.exp(rng.normal(0, MAINS_FARAD_LN_SD)))
    earth_farad = EARTH_FARAD * float(np.exp(rng.normal(0, EARTH_FARAD_LN_SD)))
    body_v = MAINS_V[front_end.mains_hz] * mains_farad / (mains_farad + earth_farad)
    left_v = body_v * 10 ** (-front_end.bias_reduction_db / 20)
    return Mains(mains_farad, earth_farad, left_v, float(rng.normal(front_end.mains_hz, FREQUENCY_SD_HZ)))


def inputs_fed(wiring: Wiring) -> NDArray[np.float64]:
    """By each electrode, float64 [sites]; a share of one where several are wired together."""
    fed: NDArray[np.float64] = np.abs(wiring.matrix).sum(axis=0)
    return fed


def load_ratio(front_end: FrontEnd, contacts: Sequence[Contact], frequency_hz: float) -> NDArray[np.complex128]:
    """Impedance of each contact over that of the inputs it feeds, complex128 [sites]."""
    input_siemens = 1 / front_end.input_ohm + 2j * np.pi * frequency_hz * front_end.input_farad
    z_ohm = np.array([complex(contact.impedance_ohm(frequency_hz)) for contact in contacts])
    ratio: NDArray[np.complex128] = np.multiply(z_ohm, inputs_fed(front_end.headset.wiring) * input_siemens)
    return ratio


def hum_uv(
    mains: Mains,
    front_end: FrontEnd,
    contacts: Sequence[Contact],
    relative: NDArray[np.float64],
    change: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hum on each electrode against the body, and on every channel alike; harmonics below Nyquist included.

    A contact's change of impedance moves the amplitude of its hum exactly at the fundamental; the harmonics follow it.

    Parameters
    ----------
    relative : float64 [rows, sites] at `SLOW_HZ`, impedance over that of `contacts`
    change : float32 [sites, samples], what motion adds to that, relative

    Returns
    -------
    float32 [sites, samples] : what the contacts drop, uV
    float32 [samples] : what the amplifiers' finite common-mode rejection lets through, uV
    """
    samples, sfreq = change.shape[1], front_end.headset.rate_hz
    turn, swell = _carrier(mains, samples, sfreq, rng)
    orders = [order for order in HARMONICS if order * mains.frequency_hz < sfreq / 2]
    peak_uv = 1e6 * np.sqrt(2) * mains.common_mode_v
    basis = np.empty((2 * len(orders), samples), np.float32)
    wave, square = turn * swell, turn * turn
    for row, order in enumerate(orders):  # 1, 3, 5, ...: each is the last, turned twice more
        np.multiply(wave.real, peak_uv * HARMONICS[order], out=basis[2 * row])
        np.multiply(wave.imag, -peak_uv * HARMONICS[order], out=basis[2 * row + 1])
        wave *= square

    ratios = np.array([load_ratio(front_end, contacts, order * mains.frequency_hz) for order in orders])
    divided = -ratios / (1 + ratios)  # of each electrode's divider, less the 1 that all have in common
    weights = np.stack([divided.real, divided.imag], axis=1).reshape(-1, len(contacts)).T
    gain = np.abs(relative * (1 + ratios[0]) / (1 + relative * ratios[0]))
    hum = weights.astype(np.float32) @ basis
    hum *= stretch(gain, samples, sfreq)
    hum *= 1 + change
    common: NDArray[np.float32] = basis[::2].sum(axis=0) * np.float32(10 ** (-front_end.cmrr_db / 20))
    return hum, common


def _carrier(
    mains: Mains, samples: int, sfreq: float, rng: np.random.Generator
) -> tuple[NDArray[np.complex64], NDArray[np.float32]]:
    """The fundamental, turning on the unit circle, and the slow swell of its amplitude, [samples] each."""
    rows = slow_rows(samples, sfreq)
    phase, swell_phase = rng.uniform(0, 2 * np.pi, 2)
    frequency_hz = mains.frequency_hz + FREQUENCY_WANDER_HZ * wander(rows, 1, FREQUENCY_WANDER_S, rng)[:, 0]
    phases = phase + 2 * np.pi * np.concatenate([[0.0], np.cumsum(frequency_hz[:-1])]) / SLOW_HZ
    slow_s = np.arange(rows) / SLOW_HZ
    angle = np.interp(np.arange(samples) / sfreq, slow_s, phases) % (2 * np.pi)
    turn = np.empty(samples, np.complex64)
    turn.real, turn.imag = np.cos(angle.astype(np.float32)), np.sin(angle.astype(np.float32))
    swell = 1 + SWELL * np.sin(2 * np.pi * slow_s / SWELL_S + swell_phase)
    return turn, stretch(swell[:, np.newaxis], samples, sfreq)[0]
