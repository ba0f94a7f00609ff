"""The figures of a synthesis, each with its goal."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.hw.synthesise.synthesis import Synthesis

LEAST_FMAX_HZ = 24e6  # twice the crystal of the boards
# The tokenizer and its SPI device may use 2,000 logic cells; the tokenizer alone, in its shell, 400 less. Of the other
# resources it may use all that the device has, except that of the UP5K's multipliers it may use half.
MOST = {
    "up5k": {"logic cells": 2000, "multipliers": 4, "block RAM": 30, "large RAM": 4},
    "hx8k": {"logic cells": 7680, "multipliers": 0, "block RAM": 32, "large RAM": 0},
}
LEFT_FOR_SPI = {"up5k": 400, "hx8k": 0}


@dataclass(frozen=True, kw_only=True)
class AreaGoal:
    """One figure of a synthesis.

    available : how much of it the device has; None where that has no meaning
    at_most, at_least : the goal; one of them is None
    """

    what: str
    value: float
    unit: str = ""
    available: int | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure reaches its goal."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def lines(found: Synthesis) -> list[AreaGoal]:
    """Return the figures of a synthesis in the order of the report."""
    usages = {
        "logic cells": found.logic_cells,
        "multipliers": found.multipliers,
        "block RAM": found.block_rams,
        "large RAM": found.large_rams,
    }
    goals = dict(MOST[found.target])
    goals["logic cells"] -= 0 if found.spi else LEFT_FOR_SPI[found.target]
    return [
        *(
            AreaGoal(what=what, value=usage.used, available=usage.available, at_most=goals[what])
            for what, usage in usages.items()
        ),
        AreaGoal(what="clock", value=found.fmax_hz / 1e6, unit="MHz", at_least=LEAST_FMAX_HZ / 1e6),
    ]
