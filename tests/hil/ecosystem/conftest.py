"""A run of the golden model, and a corner of the network where no stream of others is seen."""

from __future__ import annotations

import uuid

import pytest

from hil.rig import replay
from hil.simulated import GoldenDevice


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
def lsl_config():
    """A configuration of liblsl by which only streams of this test session on this machine are seen."""
    return (
        f"[lab]\nSessionID = {uuid.uuid4().hex}\n[multicast]\nResolveScope = machine\n[ports]\nIPv6 = disable\n"
        "[log]\nlevel = -3\n"
    )


@pytest.fixture(scope="session")
def lsl(lsl_config):
    """pylsl, so configured."""
    pylsl = pytest.importorskip("pylsl", exc_type=(ImportError, RuntimeError))
    pylsl.set_config_content(lsl_config)
    return pylsl
