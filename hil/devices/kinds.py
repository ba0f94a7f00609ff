"""The kinds of device by name, for those who only choose among them."""

from __future__ import annotations

DEVICE_KINDS = ("golden", "rtl", "firmware", "serial", "ble")
