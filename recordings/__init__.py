"""Recordings: the one signal type, and the files it comes from and goes to."""

from recordings.recording import Annotation, Recording, RecordingError

__all__ = ["Annotation", "Recording", "RecordingError"]
