"""A run of the golden model, a clock that no one waits for, and LSL for this process alone."""

from __future__ import annotations

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.replayed import replay
from tests.lsl import private_config


class ManualClock:
    """Time that passes only where someone waits for it; `waits` are the times at which the waits ended."""

    def __init__(self, now=1000.0):
        self._now = now
        self.waits = []

    def now(self):
        return self._now

    def wait(self, seconds):
        self._now += seconds
        self.waits.append(self._now)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture(scope="session")
def replayed(fixed, codes_10s):
    """Ten seconds through the golden model."""
    return replay(GoldenDevice(fixed), codes_10s, fixed)


@pytest.fixture(scope="session")
def lsl():
    """pylsl, which from now on sees only streams of this process."""
    pylsl = pytest.importorskip("pylsl", exc_type=(ImportError, RuntimeError))
    pylsl.set_config_content(private_config())
    return pylsl
