"""The impedance of each electrode over the time of a recording, if it is known.

A session of the simulated front end has the impedance as a track. Codes of a real converter do not contain it, and an
earbud's lead-off flags are those of its own converter, which a replay does not use.
"""

from __future__ import annotations

from pathlib import Path

from earloop.recordings import Track, open_session
from earloop.recordings.store.session_store import is_session

TRACK = "impedance"


def impedance_track(path: Path) -> Track | None:
    """Return the impedance in kOhm, one column per electrode; None if the recording has none.

    Raises
    ------
    RecordingError
        The session is damaged.
    """
    if not is_session(path):
        return None
    session = open_session(path)
    return session.read_track(TRACK) if TRACK in session.tracks else None


def impedance_at(track: Track, time_s: float) -> dict[str, float]:
    """Return the impedance of each electrode in kOhm at a time of the recording; after its end, the last value."""
    row = track.data[min(int(time_s * track.sfreq), len(track.data) - 1)]
    return {name: float(value) for name, value in zip(track.columns, row, strict=True)}
