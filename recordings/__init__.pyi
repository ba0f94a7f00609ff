from .corpus_plan import CorpusError, CorpusPlan, PlannedSession
from .corpus_store import Corpus, create_corpus, open_corpus
from .limits import DEFAULT_MAX_GB
from .read import read_recording
from .recording import Annotation, Recording, RecordingError
from .resample import resample
from .session_store import check_session_path, write_session
from .stored_session import StoredSession, open_session
from .track import Track

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
