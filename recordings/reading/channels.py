"""Checks of channel names and rates that all readers share.

`where` is the name of the file or other source of the signal, for messages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from earloop.recordings.recording import RecordingError


def check_distinct(where: object, names: Sequence[str]) -> None:
    """Raise `RecordingError` if a name occurs twice."""
    for i, name in enumerate(names):
        if name in names[:i]:
            raise RecordingError(f"{where}: channel {name} occurs twice in {', '.join(names)}; name each once")


def check_known(where: object, wanted: Sequence[str], available: Sequence[str]) -> None:
    """Raise `RecordingError`, with a list of the available channels, if a wanted one is not among them."""
    for name in wanted:
        if name not in available:
            raise RecordingError(f"{where}: no channel {name}; available: {', '.join(available)}")


def check_rate(where: object, wanted_hz: float | None, own_hz: float) -> None:
    """Raise `RecordingError` if the caller's rate differs from the file's by more than one part in 10^5.

    The tolerance is for formats that round the rate: EDF stores samples in a record, BrainVision whole microseconds.
    """
    if wanted_hz is not None and not math.isclose(wanted_hz, own_hz, rel_tol=1e-5):
        raise RecordingError(
            f"{where}: the file says {own_hz:g} Hz, not {wanted_hz:g} Hz; omit the rate, or resample after reading"
        )
