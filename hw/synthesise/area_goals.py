"""What a synthesis found, line by line beside what is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.hw.synthesise.synthesis import Synthesis

LEAST_FMAX_HZ = 24e6  # twice the crystal of the boards
# 2,000 logic cells for the tokenizer and its SPI device; alone, with the shell that it is synthesised in, 400 less. Of
# the rest all that the device has, but for half of the UP5K's multipliers.
MOST = {
    "up5k": {"logic cells": 2000, "multipliers": 4, "block RAM": 30, "large RAM": 4},
    "hx8k": {"logic cells": 7680, "multipliers": 0, "block RAM": 32, "large RAM": 0},
}
LEFT_FOR_SPI = {"up5k": 400, "hx8k": 0}


@dataclass(frozen=True)
class Line:
    """One figure; either `at_most` or `at_least` is its goal, `there` what the device has of it."""

    what: str
    value: float
    unit: str = ""
    there: int | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def lines(found: Synthesis) -> list[Line]:
    """The figures of a synthesis in the order in which they are shown."""
    usages = {
        "logic cells": found.logic_cells,
        "multipliers": found.multipliers,
        "block RAM": found.block_rams,
        "large RAM": found.large_rams,
    }
    goals = dict(MOST[found.target])
    goals["logic cells"] -= 0 if found.spi else LEFT_FOR_SPI[found.target]
    return [
        *(Line(what, usage.used, "", usage.there, at_most=goals[what]) for what, usage in usages.items()),
        Line("clock", found.fmax_hz / 1e6, "MHz", at_least=LEAST_FMAX_HZ / 1e6),
    ]
