"""The kinds of device: their names, for code that only chooses among them."""

from __future__ import annotations

from typing import Literal, get_args

from earloop.spec.errors import EarloopError

DeviceKind = Literal["golden", "rtl", "firmware", "serial", "ble"]
DEVICE_KINDS: tuple[DeviceKind, ...] = get_args(DeviceKind)


def refuse_unknown_kind(kind: str) -> None:
    """Raise an EarloopError if there is no such kind of device."""
    if kind not in DEVICE_KINDS:
        raise EarloopError(f"{kind!r} is not a kind of device; valid: {', '.join(DEVICE_KINDS)}")
