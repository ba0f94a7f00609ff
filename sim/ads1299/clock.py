"""The master clock: true time to clock cycles and back.

The internal oscillator is off by a constant of its own and wanders slowly with the temperature of the ear:

    f(t) = 2.048 MHz (1 + error) (1 + wander sin(2 pi t / wander_s + phase))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOMINAL_HZ = 2_048_000  # SBAS499C, section 7.5
ERROR_AT_25_C = 0.005  # SBAS499C, section 7.5
ERROR_PER_C = (0.025 - ERROR_AT_25_C) / 65  # 2.5 % at the ends of -40..85 C, section 7.5, taken as linear
SWING_C = 1.0  # estimate: how far an earbud's temperature swings, once in
SWING_S = 1200.0


def sample_cycles(rate_hz: int) -> int:
    """Clock cycles of one output sample."""
    return NOMINAL_HZ // rate_hz


@dataclass(frozen=True)
class Clock:
    """A clock; without arguments the ideal one.

    Parameters
    ----------
    error : relative, constant
    wander : relative amplitude of the slow change, below 0.01
    wander_s : its period
    phase : in radians, at time 0
    """

    error: float = 0.0
    wander: float = 0.0
    wander_s: float = SWING_S
    phase: float = 0.0

    @classmethod
    def draw(cls, rng: np.random.Generator, temperature_c: float = 25.0) -> Clock:
        """The internal oscillator of one part at an ambient temperature."""
        per_c = rng.uniform(-ERROR_PER_C, ERROR_PER_C)
        error = rng.uniform(-ERROR_AT_25_C, ERROR_AT_25_C) + per_c * (temperature_c - 25)
        return cls(float(error), float(per_c * SWING_C), SWING_S, float(rng.uniform(0, 2 * np.pi)))

    @property
    def hz(self) -> float:
        """The frequency without its wander."""
        return NOMINAL_HZ * (1 + self.error)

    def cycles(self, time_s: float) -> float:
        """Cycles from time 0 to `time_s`."""
        return self.hz * (time_s + float(self._wandered_s(np.float64(time_s))))

    def time_s(self, cycles: NDArray[np.int64] | float) -> NDArray[np.float64]:
        """When so many cycles have passed since time 0; float64, same shape."""
        steady_s: NDArray[np.float64] = np.asarray(cycles) / self.hz
        time_s = steady_s
        if self.wander:
            for _ in range(4):  # each step shrinks the error by the factor `wander`
                time_s = steady_s - self._wandered_s(time_s)
        return time_s

    def _wandered_s(self, time_s: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
        turn = 2 * np.pi / self.wander_s
        ahead: NDArray[np.float64] = np.asarray(
            self.wander / turn * (np.cos(self.phase) - np.cos(turn * time_s + self.phase))
        )
        return ahead
