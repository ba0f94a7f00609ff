"""The names of the kinds of device, for code that only chooses among them."""

from __future__ import annotations

DEVICE_KINDS = ("golden", "rtl", "firmware", "serial", "ble")
