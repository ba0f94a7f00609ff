"""What every reader asks of channel names and rates, and how it complains.

`where` is the file, or whatever else holds the signal, as a message names it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from earloop.recordings.recording import RecordingError


def check_distinct(where: object, names: Sequence[str]) -> None:
    """Raise `RecordingError` where a name stands twice."""
    for i, name in enumerate(names):
        if name in names[:i]:
            raise RecordingError(f"{where}: channel {name} stands twice in {', '.join(names)}; name each once")


def check_known(where: object, wanted: Sequence[str], available: Sequence[str]) -> None:
    """Raise `RecordingError`, listing what there is, where a wanted channel is not available."""
    for name in wanted:
        if name not in available:
            raise RecordingError(f"{where}: no channel {name}; available: {', '.join(available)}")


def check_rate(where: object, wanted_hz: float | None, own_hz: float) -> None:
    """Raise `RecordingError` where the caller's rate contradicts the file's own.

    Files round their rate (EDF keeps samples a record, BrainVision whole microseconds), hence one part in 10^5.
    """
    if wanted_hz is not None and not math.isclose(wanted_hz, own_hz, rel_tol=1e-5):
        raise RecordingError(
            f"{where}: the file says {own_hz:g} Hz, not {wanted_hz:g} Hz; leave the rate out, or resample after reading"
        )
