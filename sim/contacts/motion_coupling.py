"""Disturbance of contacts by movements of head and jaw, of which the accelerometer measures only a part.

Head acceleration does not explain the artifact well (Snyder et al. 2015; coherent up to 20 Hz only, Luu et al. 2024),
because cable and skin also move relative to the head. Therefore two motions disturb each contact: the head's along a
random direction, and an independent sway with the same strength at the same times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from earloop.sim.contacts.slow_process import SLOW_HZ, SlowTime
from earloop.synth_data.signals.spectrum import FloatArray, shaped_noise

COHERENT_SHARE = 0.5  # share of the power; estimate
TRANSMITTED_HZ = 8.0  # estimate: skin and cushion stop faster motion; coherent to 20 Hz at most (Luu et al. 2024)
SWAY_LOW_HZ, SWAY_HIGH_HZ = 0.7, 10.0  # estimate: band in which cable and skin sway
SWAY_END_HZ = 50.0  # there the sway has fallen by 42 dB, and the model cuts it off
ENVELOPE_ROWS = 5  # half a second
IMPEDANCE_PER_G = 0.3  # estimate: sd of the relative change of impedance
OFFSET_UV_PER_G = 300.0  # estimate: sd over contacts; walking then disturbs by some 50..200 uV, as dry ears show
IMPEDANCE_OF_JAW = 0.1  # estimate: sd of the relative change as the jaw opens wide and bends the canal
OFFSET_UV_OF_JAW = 100.0  # estimate: sd
LEAST_CHANGE = -0.9  # under any pressure a contact keeps a tenth of its impedance


@dataclass(frozen=True, kw_only=True)
class Coupling:
    """The sensitivity of one contact to movements; `direction` is a unit vector: right, forward, up."""

    direction: tuple[float, float, float]
    impedance_per_g: float
    offset_uv_per_g: float
    impedance_of_jaw: float
    offset_uv_of_jaw: float


def draw_coupling(rng: np.random.Generator) -> Coupling:
    """Draw the coupling of one contact."""
    x, y, z = rng.standard_normal(3)
    length = float(np.sqrt(x * x + y * y + z * z))
    gains = rng.standard_normal(4) * (IMPEDANCE_PER_G, OFFSET_UV_PER_G, IMPEDANCE_OF_JAW, OFFSET_UV_OF_JAW)
    impedance_per_g, offset_uv_per_g, impedance_of_jaw, offset_uv_of_jaw = (float(gain) for gain in gains)
    return Coupling(
        direction=(x / length, y / length, z / length),
        impedance_per_g=impedance_per_g,
        offset_uv_per_g=offset_uv_per_g,
        impedance_of_jaw=impedance_of_jaw,
        offset_uv_of_jaw=offset_uv_of_jaw,
    )


def shaking_g(acceleration_g: NDArray[np.floating[Any]], time: SlowTime) -> FloatArray:
    """Return the rms of the head's acceleration [samples, 3] around each row, float64 [rows] at `SLOW_HZ`."""
    return _envelope(np.einsum("ij,ij->i", acceleration_g, acceleration_g), time)


def transmitted_g(acceleration_g: NDArray[np.floating[Any]], sfreq: float) -> NDArray[np.float32]:
    """Return the head's motion [samples, 3] that skin and cushion transmit; float32 [3, samples], g."""
    from scipy.signal import butter, sosfilt

    low_pass = butter(4, TRANSMITTED_HZ, fs=sfreq, output="sos")
    motion_g: NDArray[np.float32] = sosfilt(low_pass, np.ascontiguousarray(acceleration_g.T, np.float32), axis=-1)
    return motion_g


def disturbance(
    head_g: NDArray[np.float32],
    jaw_open: NDArray[np.float32],
    coupling: Coupling,
    time: SlowTime,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the effect of movements on one contact.

    Parameters
    ----------
    head_g : float32 [3, samples], from `transmitted_g`
    jaw_open : float32 [samples], 0 to 1

    Returns
    -------
    float32 [samples] : relative change of impedance
    float32 [samples] : change of the offset, uV
    """
    along = np.sqrt(3 * COHERENT_SHARE) * np.array(coupling.direction)  # the factor keeps the rms over all directions
    shaken_g: NDArray[np.float32] = along.astype(np.float32) @ head_g
    sway = shaped_noise(_sway_density, time.samples, time.sfreq, rng, band_hz=(0.0, SWAY_END_HZ))[0]
    sway *= time.stretch(_envelope(shaken_g * shaken_g, time) * np.sqrt(1 / COHERENT_SHARE - 1))
    shaken_g += sway
    change = np.float32(coupling.impedance_per_g) * shaken_g + np.float32(coupling.impedance_of_jaw) * jaw_open
    np.maximum(change, LEAST_CHANGE, out=change)
    shaken_g *= np.float32(coupling.offset_uv_per_g)
    shaken_g += np.float32(coupling.offset_uv_of_jaw) * jaw_open
    return change, shaken_g


def _sway_density(frequency_hz: FloatArray) -> FloatArray:
    """Return the density of a sway of unit rms, 1/Hz: a high-pass of second order and a low-pass of third order."""
    shape = 1 / ((1 + (SWAY_LOW_HZ / frequency_hz) ** 4) * (1 + (frequency_hz / SWAY_HIGH_HZ) ** 6))
    density: FloatArray = shape / (shape.sum() * (frequency_hz[1] - frequency_hz[0]))
    return density


def _envelope(power: NDArray[np.floating[Any]], time: SlowTime) -> FloatArray:
    """Return the square root of the running mean of `power` [samples] over half a second, [rows] at `SLOW_HZ`."""
    edges = np.minimum(np.round(np.arange(time.rows) * time.sfreq / SLOW_HZ).astype(np.intp), time.samples - 1)
    means = np.add.reduceat(power, edges) / np.maximum(np.diff(edges, append=time.samples), 1)
    # Rounding errors of the running mean can be below zero.
    envelope: FloatArray = np.sqrt(np.maximum(uniform_filter1d(means, ENVELOPE_ROWS, mode="nearest"), 0))
    return envelope
