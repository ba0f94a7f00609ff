"""Recordings: the one signal type, and the files it comes from and goes to."""

from recordings.corpus_plan import CorpusError, CorpusPlan, PlannedSession
from recordings.corpus_store import Corpus, create_corpus, open_corpus
from recordings.limits import DEFAULT_MAX_GB
from recordings.read import read_recording
from recordings.recording import Annotation, Recording, RecordingError
from recordings.resample import resample
from recordings.session_store import check_session_path, write_session
from recordings.stored_session import StoredSession, open_session
from recordings.track import Track

__all__ = [
    "DEFAULT_MAX_GB",
    "Annotation",
    "Corpus",
    "CorpusError",
    "CorpusPlan",
    "PlannedSession",
    "Recording",
    "RecordingError",
    "StoredSession",
    "Track",
    "check_session_path",
    "create_corpus",
    "open_corpus",
    "open_session",
    "read_recording",
    "resample",
    "write_session",
]
