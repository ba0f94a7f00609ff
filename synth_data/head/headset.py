"""A headset: electrodes at sites of the head, wired to channels, sampled at a rate."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.spec.design import Design
from earloop.spec.wiring import Wiring


@dataclass(frozen=True)
class Headset:
    """Electrodes, their wiring, and the sampling rate in Hz.

    `design_hash` identifies the earbud's design. It is None for a device without a design.
    """

    wiring: Wiring
    rate_hz: float
    design_hash: str | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels."""
        return self.wiring.channels

    @property
    def sites(self) -> tuple[str, ...]:
        """Sites of all electrodes that touch the skin, including the reference."""
        return self.wiring.sites


def headset_of(design: Design) -> Headset:
    """Return the headset of an earbud, at its converter's rate."""
    return Headset(design.electrodes.wiring, float(design.converter.rate_hz), design.design_hash)
