"""What is known of the contacts of a recording: the impedance of each electrode over its time.

A session of the simulated front end keeps the impedance as a track. Codes of a real converter say nothing of it, and an
earbud's lead-off flags are of its own converter, which has no part in a replay.
"""

from __future__ import annotations

from pathlib import Path

from earloop.recordings import Track, open_session
from earloop.recordings.store.session_store import is_session

TRACK = "impedance"


def impedance_track(path: Path) -> Track | None:
    """The impedance in kOhm, a column an electrode; None where a recording does not know it.

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
    """kOhm of each electrode at that time of the recording; after its end, at the end."""
    row = track.data[min(int(time_s * track.sfreq), len(track.data) - 1)]
    return {name: float(value) for name, value in zip(track.columns, row, strict=True)}
