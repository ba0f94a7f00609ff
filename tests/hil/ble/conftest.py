"""The virtual air as the system's Bluetooth, and the firmware on it."""

from __future__ import annotations

import bleak
import pytest

from firmware.loopback import Loopback
from hil.ble import radio
from tests.hil.ble.air import Air
from tests.hil.ble.backend import client_on, scanner_on


@pytest.fixture
def air(monkeypatch):
    """Bleak finds this air where it would find the system's adapter."""
    with Air() as air:
        monkeypatch.setattr(bleak, "get_platform_scanner_backend_type", lambda: (scanner_on(air), "virtual"))
        monkeypatch.setattr(bleak, "get_platform_client_backend_type", lambda: (client_on(air), "virtual"))
        monkeypatch.setattr(radio, "SCAN_S", 0.0)  # the virtual scanner has heard all when it has begun
        yield air


@pytest.fixture
def loopback(fixed):
    """The firmware."""
    return Loopback(fixed)
