"""What is worn: electrodes at sites of the head, wired to channels, sampled at a rate."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.spec.design import Design
from earloop.spec.wiring import Wiring


@dataclass(frozen=True)
class Headset:
    """Electrodes, their wiring, and the rate in Hz at which potentials are given.

    `design_hash` is that of the earbud's design, None for a device that has none.
    """

    wiring: Wiring
    rate_hz: float
    design_hash: str | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        return self.wiring.channels

    @property
    def sites(self) -> tuple[str, ...]:
        """Every electrode that touches skin, the reference among them."""
        return self.wiring.sites


def headset_of(design: Design) -> Headset:
    """The headset of an earbud, at its converter's rate."""
    return Headset(design.electrodes.wiring, float(design.converter.rate_hz), design.design_hash)
