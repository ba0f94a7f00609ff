"""Recordings: the one signal type, and the files it comes from and goes to."""

from recordings.read import read_recording
from recordings.recording import Annotation, Recording, RecordingError
from recordings.resample import resample
from recordings.session_store import write_session

__all__ = ["Annotation", "Recording", "RecordingError", "read_recording", "resample", "write_session"]
