"""How the head's and the jaw's movements reach a contact: the head's in part as the accelerometer felt it, in part not.

Head acceleration does not explain the artifact well (Snyder et al. 2015; coherent up to 20 Hz only, Luu et al. 2024):
cable and skin move by themselves. So each contact is shaken by the head's motion along a direction of its own and, as
strongly and at the same times, by a sway of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from sim.coloured import FloatArray, coloured_noise
from sim.slow import SLOW_HZ, slow_rows, stretch
from synth_data import Session

COHERENT_SHARE = 0.5  # of the power; estimate
FELT_HZ = (
    12.0  # estimate: above, skin and cushion keep the head's motion from the contact; coherent to 20 Hz (Luu 2024)
)
SWAY_LOW_HZ, SWAY_HIGH_HZ = 0.7, 10.0  # estimate: band in which cable and skin sway
SWAY_END_HZ = 60.0  # where the sway is down by 31 dB and ends
ENVELOPE_ROWS = 5  # half a second
IMPEDANCE_PER_G = 0.3  # estimate: sd of the relative change of impedance
OFFSET_UV_PER_G = 300.0  # estimate: sd over contacts; walking then disturbs by some 50..200 uV, as dry ears show
IMPEDANCE_OF_JAW = 0.1  # estimate: sd of the relative change as the jaw opens wide and bends the canal
OFFSET_UV_OF_JAW = 100.0  # estimate: sd
LEAST_CHANGE = -0.9  # pressed ever so hard, a contact keeps a tenth of its impedance


@dataclass(frozen=True)
class Coupling:
    """How one contact answers to movement; `direction` is a unit vector: right, forward, up."""

    direction: tuple[float, float, float]
    impedance_per_g: float
    offset_uv_per_g: float
    impedance_of_jaw: float
    offset_uv_of_jaw: float


def draw_coupling(rng: np.random.Generator) -> Coupling:
    """One contact's."""
    x, y, z = rng.standard_normal(3)
    length = float(np.sqrt(x * x + y * y + z * z))
    gains = rng.standard_normal(4) * (IMPEDANCE_PER_G, OFFSET_UV_PER_G, IMPEDANCE_OF_JAW, OFFSET_UV_OF_JAW)
    return Coupling((x / length, y / length, z / length), *(float(gain) for gain in gains))


def shaking_g(acceleration_g: NDArray[np.floating[Any]], sfreq: float) -> FloatArray:
    """Rms of the head's acceleration around each row, float64 [rows] at `SLOW_HZ`."""
    return _envelope(np.einsum("ij,ij->i", acceleration_g, acceleration_g)[np.newaxis], sfreq)[:, 0]


def disturbance(
    session: Session, couplings: Sequence[Coupling], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What movement does to each contact: relative change of impedance, and offset in uV; float32 [sites, samples]."""
    felt_g = _felt_g(session.acceleration_g, couplings, session.recording.sfreq, rng)
    jaw = np.asarray(session.jaw_open, np.float32)

    def gains(name: str) -> NDArray[np.float32]:
        return np.array([[getattr(coupling, name)] for coupling in couplings], np.float32)

    change = gains("impedance_per_g") * felt_g
    change += gains("impedance_of_jaw") * jaw
    np.maximum(change, LEAST_CHANGE, out=change)
    felt_g *= gains("offset_uv_per_g")
    felt_g += gains("offset_uv_of_jaw") * jaw
    return change, felt_g


def _felt_g(
    acceleration_g: NDArray[np.floating[Any]], couplings: Sequence[Coupling], sfreq: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """What each contact feels of the head's motion, float32 [sites, samples], g, in the mean of the head's rms."""
    samples = len(acceleration_g)
    low_pass = butter(4, FELT_HZ, fs=sfreq, output="sos")
    head_g = sosfilt(low_pass, np.ascontiguousarray(acceleration_g.T, np.float32), axis=-1)
    directions = np.sqrt(3) * np.array([coupling.direction for coupling in couplings])
    felt: NDArray[np.float32] = (np.sqrt(COHERENT_SHARE) * directions).astype(np.float32) @ head_g
    sway = coloured_noise(lambda f: np.tile(_sway_density(f), (len(couplings), 1)), samples, sfreq, rng, SWAY_END_HZ)
    sway *= stretch(_envelope(felt**2, sfreq) * np.sqrt(1 / COHERENT_SHARE - 1), samples, sfreq)
    felt += sway
    return felt


def _sway_density(frequency_hz: FloatArray) -> FloatArray:
    """Of a sway of unit rms, 1/Hz; second order at either end."""
    shape = 1 / ((1 + (SWAY_LOW_HZ / frequency_hz) ** 4) * (1 + (frequency_hz / SWAY_HIGH_HZ) ** 4))
    density: FloatArray = shape / (shape.sum() * (frequency_hz[1] - frequency_hz[0]))
    return density


def _envelope(power: NDArray[np.floating[Any]], sfreq: float) -> FloatArray:
    """Square root of the running mean of `power` [sites, samples] over half a second, [rows, sites] at `SLOW_HZ`."""
    samples = power.shape[1]
    edges = np.minimum(np.round(np.arange(slow_rows(samples, sfreq)) * sfreq / SLOW_HZ).astype(np.intp), samples - 1)
    sums = np.add.reduceat(power, edges, axis=1, dtype=np.float64).T
    lengths = np.diff(edges, append=samples)[:, np.newaxis]
    # A running mean leaves rounding errors below zero behind.
    means = uniform_filter1d(sums / np.maximum(lengths, 1), ENVELOPE_ROWS, axis=0, mode="nearest")
    envelope: FloatArray = np.sqrt(np.maximum(means, 0))
    return envelope
