"""What every recording that a reader returns must be."""

from __future__ import annotations

import math

import numpy as np

from earloop.recordings import Recording

MAX_GB = 0.2  # well below what a case may take
STOP = 200  # samples of a fuzzed file are few


def check_sane(recording: Recording) -> None:
    """Raise AssertionError where a recording is none."""
    assert recording.unit in ("uV", "codes")
    assert recording.data.ndim == 2
    assert recording.data.shape[1] == len(recording.channels)
    assert recording.data.nbytes <= MAX_GB * 1e9
    assert np.isfinite(recording.data).all()
    assert recording.unit == "uV" or recording.data.dtype.kind == "i"
    assert math.isfinite(recording.sfreq)
    assert recording.sfreq > 0
    for note in recording.annotations:
        assert math.isfinite(note.onset_s)
        assert note.duration_s >= 0
