"""The virtual air as the system's Bluetooth, and the firmware on it."""

from __future__ import annotations

import pytest

from earloop.firmware.loopback import Loopback
from tests.hil.devices.bluetooth.air import Air
from tests.hil.devices.bluetooth.backend import make_system_bluetooth


@pytest.fixture
def air(monkeypatch):
    """The air, which bleak finds."""
    with Air() as air:
        make_system_bluetooth(air, monkeypatch)
        yield air


@pytest.fixture
def loopback(fixed):
    """The firmware."""
    return Loopback(fixed)
