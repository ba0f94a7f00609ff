"""What every reader asks of channel names and rates, and how it complains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from recordings.recording import RecordingError


def check_distinct(path: Path, names: Sequence[str]) -> None:
    """Raise `RecordingError` where a name stands twice."""
    for i, name in enumerate(names):
        if name in names[:i]:
            raise RecordingError(f"{path}: channel {name} stands twice in {', '.join(names)}; name each once")


def check_known(path: Path, wanted: Sequence[str], available: Sequence[str]) -> None:
    """Raise `RecordingError`, listing what there is, where a wanted channel is not available."""
    for name in wanted:
        if name not in available:
            raise RecordingError(f"{path}: no channel {name}; available: {', '.join(available)}")


def check_rate(path: Path, wanted_hz: float | None, own_hz: float) -> None:
    """Raise `RecordingError` where the caller's rate contradicts the file's own.

    Files round their rate (EDF keeps samples a record, BrainVision whole microseconds), hence one part in 10^5.
    """
    if wanted_hz is not None and not math.isclose(wanted_hz, own_hz, rel_tol=1e-5):
        raise RecordingError(
            f"{path}: the file says {own_hz:g} Hz, not {wanted_hz:g} Hz; leave the rate out, or resample after reading"
        )
