"""The master clock: conversion between true time and clock cycles.

The internal oscillator has a constant error and varies slowly with the temperature of the ear:

    f(t) = 2.048 MHz (1 + error) (1 + wander sin(2 pi t / wander_s + phase))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOMINAL_HZ = 2_048_000  # SBAS499C, section 7.5
ERROR_AT_25_C = 0.005  # SBAS499C, section 7.5
ERROR_PER_C = (0.025 - ERROR_AT_25_C) / 65  # 2.5 % at the ends of -40..85 C, section 7.5, taken as linear
SWING_C = 1.0  # estimate: amplitude of an earbud's temperature variation
SWING_S = 1200.0  # estimate: its period


def sample_cycles(rate_hz: int) -> int:
    """Return the clock cycles of one output sample."""
    return NOMINAL_HZ // rate_hz


@dataclass(frozen=True, kw_only=True)
class ChipClock:
    """A clock, which is ideal by default.

    Parameters
    ----------
    error : constant relative error
    wander : relative amplitude of the slow variation, below 0.01
    wander_s : period of the variation, s
    phase : phase of the variation at time 0, radians
    """

    error: float = 0.0
    wander: float = 0.0
    wander_s: float = SWING_S
    phase: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator, temperature_c: float = 25.0) -> ChipClock:
        """Draw the internal oscillator of one part at an ambient temperature."""
        per_c = rng.uniform(-ERROR_PER_C, ERROR_PER_C)
        error = rng.uniform(-ERROR_AT_25_C, ERROR_AT_25_C) + per_c * (temperature_c - 25)
        phase = float(rng.uniform(0, 2 * np.pi))
        return cls(error=float(error), wander=float(per_c * SWING_C), wander_s=SWING_S, phase=phase)

    @property
    def hz(self) -> float:
        """The frequency without its slow variation."""
        return NOMINAL_HZ * (1 + self.error)

    def cycles(self, time_s: float) -> float:
        """Return the cycles from time 0 to `time_s`."""
        return self.hz * (time_s + float(self._wandered_s(np.float64(time_s))))

    def time_s(self, cycles: NDArray[np.int64] | float) -> NDArray[np.float64]:
        """Return the true time after `cycles` cycles from time 0, s; float64, same shape."""
        steady_s: NDArray[np.float64] = np.asarray(cycles) / self.hz
        time_s = steady_s
        if self.wander:
            for _ in range(4):  # each step reduces the error by the factor `wander`
                time_s = steady_s - self._wandered_s(time_s)
        return time_s

    def _wandered_s(self, time_s: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
        turn = 2 * np.pi / self.wander_s
        ahead: NDArray[np.float64] = np.asarray(
            self.wander / turn * (np.cos(self.phase) - np.cos(turn * time_s + self.phase))
        )
        return ahead
