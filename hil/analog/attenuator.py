"""The resistors between generator and electrodes: ratio, tolerance, and the noise that they add.

in ---[ R1 ]--+--- electrode        ratio = (50 Ohm + R1 + R2) / R2, the generator's own 50 Ohm included
              |
            [R2]
              |
ground -------+--- reference
"""

from __future__ import annotations

from dataclasses import dataclass

from earloop.sim.front_end.noise import BOLTZMANN_J_K
from earloop.spec.errors import EarloopError

ROOM_K = 296.0
TOLERANCE = 0.01  # of each resistor, the common metal-film grade
SHUNT_OHM = 49.9  # E96; source impedance of the electrode, small compared with any input and with little noise


@dataclass(frozen=True)
class Attenuator:
    """Equal dividers, one per electrode.

    ratio : volts in over volts at the electrode
    tolerance : relative tolerance of the ratio
    shunt_ohm : R2
    """

    ratio: float
    tolerance: float = 2 * TOLERANCE
    shunt_ohm: float = SHUNT_OHM

    def __post_init__(self) -> None:
        if not 1 <= self.ratio <= 1e6:
            raise EarloopError(f"attenuation {self.ratio:g}: volts in over volts at the electrode, 1 to 1,000,000")

    @property
    def source_ohm(self) -> float:
        """Source impedance of an electrode: R1 parallel to R2."""
        return self.shunt_ohm * (1 - 1 / self.ratio)

    @property
    def noise_uv2_hz(self) -> float:
        """Thermal noise at the electrode, one-sided, in uV^2/Hz: 4 k T R (Nyquist 1928)."""
        return 4e12 * BOLTZMANN_J_K * ROOM_K * self.source_ohm
