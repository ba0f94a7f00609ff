"""A short recording, and buses that go wrong in known ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from earloop.hil.devices.at_bus import LoopbackAtBus, WitnessBus
from earloop.recordings import Recording

SECONDS = 0.8


@dataclass(frozen=True)
class At:
    """Something that happens to a bus once `sample` samples have been read of it."""

    sample: int
    event: str


class EventfulBus(WitnessBus):
    """A bus to which something happens: `flip` spoils a status head, `power` takes the chip's supply away, `bit` spoils
    a code on its way to the driver; the chip itself gave what it gave."""

    def __init__(self, chip, channels, at):
        super().__init__(chip, channels)
        self._at, self._read = at, 0

    def exchange(self, out):
        answer = super().exchange(out)
        if out[0] == 0:
            self._read += 1
            if self._read == self._at.sample:
                return self._happens(answer)
        return answer

    def _happens(self, answer):
        if self._at.event == "power":
            self.chip.set_pwdn(False)
        place = {"flip": (0, 0x40), "bit": (3 + 3 + 2, 0x01), "power": (0, 0)}[self._at.event]
        spoilt = bytearray(answer)
        spoilt[place[0]] ^= place[1]
        return bytes(spoilt)


@pytest.fixture(scope="session")
def alpha(design) -> Recording:
    """Ten hertz of 50 uV in white noise, each channel with an offset of its own."""
    t = np.arange(round(SECONDS * design.converter.rate_hz)) / design.converter.rate_hz
    noise = np.random.default_rng(1).standard_normal((len(t), len(design.channels)))
    offsets = 1000.0 * np.arange(1, len(design.channels) + 1)
    uv = 50 * np.sin(2 * np.pi * 10 * t)[:, None] + 5 * noise + offsets
    return Recording(uv, "uV", float(design.converter.rate_hz), design.channels)


@pytest.fixture
def bus_earbud(fixed):
    """A function that gives an earbud on a bus, to which something may happen."""

    def made(at=None):
        bus = WitnessBus if at is None else lambda chip, channels: EventfulBus(chip, channels, at)
        return LoopbackAtBus(fixed, np.random.default_rng(5), bus)

    return made
