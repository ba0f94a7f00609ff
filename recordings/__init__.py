"""Recordings: the one signal type, and the files it comes from and goes to."""

from recordings.read import read_recording
from recordings.recording import Annotation, Recording, RecordingError
from recordings.resample import resample
from recordings.session_store import read_tracks, write_session
from recordings.track import Track

__all__ = [
    "Annotation",
    "Recording",
    "RecordingError",
    "Track",
    "read_recording",
    "read_tracks",
    "resample",
    "write_session",
]
