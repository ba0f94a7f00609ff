"""What can be done to a device while it runs: to its line, or, where it has none, to the codes that it is fed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.fault_proxy import NO_FAULTS, FaultRates
from sim.quantise import code_limits
from spec.design import Design

Alter = Callable[[NDArray[np.int32]], NDArray[np.int32]]
"""From the codes of a frame, int32 [samples, channels], to those that the device gets."""


def unaltered(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """The codes as they are."""
    return codes


@dataclass(frozen=True)
class LiveFault:
    """A fault that lasts until it is cleared.

    name : short, for a list
    rates : of the line's faults, a frame
    alter : what becomes of the codes
    """

    name: str
    rates: FaultRates = NO_FAULTS
    alter: Alter = unaltered


# A frame of samples leaves 50 times a second, and each second some 200 tokens come back, or 1000 frames with the bands.
LINE_FAULTS = (
    LiveFault("drop 2 %", FaultRates(drop=0.02)),
    LiveFault("flip a bit in 2 %", FaultRates(flip=0.02)),
    LiveFault("duplicate 5 %", FaultRates(duplicate=0.05)),
    LiveFault("swap 5 %", FaultRates(swap=0.05)),
    LiveFault("truncate 2 %", FaultRates(truncate=0.02)),
    LiveFault("disconnect 0.1 %", FaultRates(disconnect=0.001)),
)


def code_faults(design: Design) -> tuple[LiveFault, ...]:
    """Faults of the first channel's front end, as a golden model sees them that stands behind it."""
    channel, (low, high) = design.channels[0], code_limits(design.converter)

    def stuck(codes: NDArray[np.int32]) -> NDArray[np.int32]:
        altered = codes.copy()
        altered[:, 0] = 0
        return altered

    def gain(codes: NDArray[np.int32]) -> NDArray[np.int32]:
        altered = codes.copy()
        altered[:, 0] = np.clip(np.rint(codes[:, 0] * 1.01), low, high)
        return altered

    return (
        LiveFault(f"{channel} stuck at 0", alter=stuck),
        LiveFault(f"{channel} gain 1 % high", alter=gain),
    )
