"""Mains hum: the body's common-mode voltage, which unequal contacts convert to a difference.

    mains --CP-- body --CB-- earth        the body is at V CP / (CP + CB), reduced by the bias electrode
                  |
               Z contact                  each contact and its inputs divide that voltage by a slightly different ratio
                  |
               input  Zin                 as many in parallel as the electrode feeds inputs

Formulas: Haberman & Spinelli 2011; Metting van Rijn et al. 1990. Electrodes that are wired together share an input
equally: their mean impedance enters, which is exact if they are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.sim.contacts.contact import Contact
from earloop.sim.contacts.slow_process import SLOW_HZ, SlowTime, wander
from earloop.sim.front_end.profile import FrontEnd
from earloop.spec.wiring import Wiring

MAINS_V = {50: 230.0, 60: 120.0}
MAINS_FARAD = 1e-12  # median body to mains, .0x to a few pF (Haberman 2011)
MAINS_FARAD_LN_SD = 0.8  # estimate: from .0x to a few pF is a wide range
EARTH_FARAD = 300e-12  # median body to earth, hundreds of pF (Haberman 2011)
EARTH_FARAD_LN_SD = 0.3  # estimate
HARMONICS = {1: 1.0, 3: 0.02, 5: 0.03, 7: 0.015}  # odd, over the first; estimate, within EN 50160 (5, 6 and 5 %)
FREQUENCY_SD_HZ = 0.02  # estimate for a synchronous grid
FREQUENCY_WANDER_HZ, FREQUENCY_WANDER_S = 0.005, 60.0  # estimate: within one session
SWELL, SWELL_S = 0.1, 20.0  # estimate: slow change of amplitude as the wearer and people nearby move


@dataclass(frozen=True, kw_only=True)
class Mains:
    """The mains of one room; `common_mode_v` is the voltage on the body with the bias electrode, V rms."""

    mains_farad: float
    earth_farad: float
    common_mode_v: float
    frequency_hz: float

    def facts(self) -> dict[str, Any]:
        """Return the facts that a recording stores."""
        return {
            "frequency_hz": round(self.frequency_hz, 5),
            "mains_pf": round(self.mains_farad * 1e12, 4),
            "earth_pf": round(self.earth_farad * 1e12, 2),
            "common_mode_mv": round(self.common_mode_v * 1e3, 4),
        }


def draw_mains(front_end: FrontEnd, rng: np.random.Generator) -> Mains:
    """Draw a room with the front end's mains."""
    mains_farad = MAINS_FARAD * float(np.exp(rng.normal(0, MAINS_FARAD_LN_SD)))
    earth_farad = EARTH_FARAD * float(np.exp(rng.normal(0, EARTH_FARAD_LN_SD)))
    body_v = MAINS_V[front_end.mains_hz] * mains_farad / (mains_farad + earth_farad)
    return Mains(
        mains_farad=mains_farad,
        earth_farad=earth_farad,
        common_mode_v=body_v * 10 ** (-front_end.bias_reduction_db / 20),
        frequency_hz=float(rng.normal(front_end.mains_hz, FREQUENCY_SD_HZ)),
    )


def inputs_fed(wiring: Wiring) -> NDArray[np.float64]:
    """Return the number of inputs that each electrode feeds, float64 [sites]; a share if several are wired together."""
    fed: NDArray[np.float64] = np.abs(wiring.matrix).sum(axis=0)
    return fed


def load_ratio(front_end: FrontEnd, contact: Contact, inputs: float, frequency_hz: float) -> complex:
    """Return the impedance of a contact over that of the inputs that it feeds."""
    input_siemens = 1 / front_end.input_ohm + 2j * np.pi * frequency_hz * front_end.input_farad
    return complex(contact.impedance_ohm(frequency_hz)) * inputs * input_siemens


@dataclass(frozen=True)
class BodyHum:
    """The voltage of the mains on the body.

    Parameters
    ----------
    frequencies_hz : fundamental and harmonics below Nyquist
    waves_uv : float32 [2 * frequencies, samples]: the real and the negative imaginary part of each one's phasor
    """

    frequencies_hz: tuple[float, ...]
    waves_uv: NDArray[np.float32]

    def through_amplifier_uv(self, front_end: FrontEnd) -> NDArray[np.float32]:
        """Return the hum in every channel by the finite common-mode rejection, float32 [samples], uV."""
        through: NDArray[np.float32] = self.waves_uv[::2].sum(axis=0) * np.float32(10 ** (-front_end.cmrr_db / 20))
        return through

    def at_input_uv(
        self,
        front_end: FrontEnd,
        contact: Contact,
        inputs: float,
        relative: NDArray[np.float64],
        change: NDArray[np.float32],
        time: SlowTime,
    ) -> NDArray[np.float32]:
        """Return the hum across one contact, float32 [samples], uV.

        When the contact's impedance changes, the amplitude at the fundamental is exact; the harmonics have the same
        factor.

        Parameters
        ----------
        inputs : number of inputs that the contact feeds, from `inputs_fed`
        relative : float64 [rows] at `SLOW_HZ`, impedance over that of `contact`
        change : float32 [samples], relative change by motion
        """
        ratios = np.array([load_ratio(front_end, contact, inputs, hz) for hz in self.frequencies_hz])
        divided = -ratios / (1 + ratios)  # the divider's ratio minus the 1 that all contacts have in common
        weights = np.column_stack([divided.real, divided.imag]).ravel().astype(np.float32)
        hum: NDArray[np.float32] = weights @ self.waves_uv
        hum *= time.stretch(np.abs(relative * (1 + ratios[0]) / (1 + relative * ratios[0])))
        hum += hum * change
        return hum


def body_hum(mains: Mains, time: SlowTime, rng: np.random.Generator) -> BodyHum:
    """Return the hum of one session, whose frequency and amplitude vary slowly."""
    phase, swell_phase = rng.uniform(0, 2 * np.pi, 2)
    frequency_hz = mains.frequency_hz + FREQUENCY_WANDER_HZ * wander(time.rows, 1, FREQUENCY_WANDER_S, rng)[:, 0]
    phases = phase + 2 * np.pi * np.concatenate([[0.0], np.cumsum(frequency_hz[:-1])]) / SLOW_HZ
    slow_s = np.arange(time.rows) / SLOW_HZ
    angle = (np.interp(np.arange(time.samples) / time.sfreq, slow_s, phases) % (2 * np.pi)).astype(np.float32)
    swell = time.stretch(1 + SWELL * np.sin(2 * np.pi * slow_s / SWELL_S + swell_phase))

    orders = [order for order in HARMONICS if order * mains.frequency_hz < time.sfreq / 2]
    peak_uv = 1e6 * np.sqrt(2) * mains.common_mode_v
    turn = np.empty(time.samples, np.complex64)
    turn.real, turn.imag = np.cos(angle), np.sin(angle)
    wave, square = turn * swell, turn * turn
    waves_uv = np.empty((2 * len(orders), time.samples), np.float32)
    for row, order in enumerate(orders):  # 1, 3, 5, ...: each is the one before times the square
        np.multiply(wave.real, peak_uv * HARMONICS[order], out=waves_uv[2 * row])
        np.multiply(wave.imag, -peak_uv * HARMONICS[order], out=waves_uv[2 * row + 1])
        wave *= square
    return BodyHum(tuple(order * mains.frequency_hz for order in orders), waves_uv)
