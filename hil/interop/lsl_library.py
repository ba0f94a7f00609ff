"""pylsl and its C library, imported only for streaming, so that other commands do not need them."""

from __future__ import annotations

import time
from typing import Any

from earloop.spec.errors import EarloopError


class LslError(EarloopError):
    """LSL is not installed, or a stream was not found or is invalid."""


def load_lsl() -> Any:
    """Import and return the module pylsl.

    Raises
    ------
    LslError
        It is not installed, or has no liblsl: its wheels contain one for Linux (x86-64, glibc 2.35), macOS and Windows.
    """
    try:
        import pylsl
    except ImportError:
        raise LslError("LSL: pylsl is not installed; pip install pylsl") from None
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
