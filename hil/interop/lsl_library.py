"""pylsl and its C library, imported only for streaming, so that other commands do not need them."""

from __future__ import annotations

import time
from typing import Any

from earloop.spec.errors import EarloopError, naming_extras


class LslError(EarloopError):
    """LSL finds no liblsl, or a stream was not found or is invalid."""


def load_lsl() -> Any:
    """Import and return the module pylsl.

    Raises
    ------
    MissingExtraError
        It is not installed.
    LslError
        It has no liblsl: its wheels contain one for Linux (x86-64, glibc 2.35), macOS and Windows.
    """
    try:
        with naming_extras():
            import pylsl
    except (RuntimeError, OSError):
        raise LslError(
            "LSL: pylsl finds no liblsl for this machine; install one from https://github.com/sccn/liblsl/releases, "
            "and name it in PYLSL_LIB if it is not found"
        ) from None
    return pylsl


class LslClock:
    """The clock of LSL's time stamps."""

    def __init__(self) -> None:
        self._lsl = load_lsl()

    def now(self) -> float:
        """Seconds since some instant."""
        return float(self._lsl.local_clock())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
