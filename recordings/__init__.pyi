from .file_info import FileInfo, describe_file
from .raws.raw import from_mne, to_mne
from .read import open_recording, read_recording
from .reading.limits import DEFAULT_MAX_GB
from .reading.options import ReadOptions
from .reading.resample import resample
from .recording import Annotation, Recording, RecordingError, check_whole
from .store.corpus_plan import CorpusError, CorpusPlan, PlannedSession
from .store.corpus_store import Corpus, create_corpus, open_corpus
from .store.session_store import check_session_path, write_session
from .store.stored_session import StoredSession, open_session
from .store.track import Track

__all__ = [
    "DEFAULT_MAX_GB",
    "Annotation",
    "Corpus",
    "CorpusError",
    "CorpusPlan",
    "FileInfo",
    "PlannedSession",
    "ReadOptions",
    "Recording",
    "RecordingError",
    "StoredSession",
    "Track",
    "check_session_path",
    "check_whole",
    "create_corpus",
    "describe_file",
    "from_mne",
    "open_corpus",
    "open_recording",
    "open_session",
    "read_recording",
    "resample",
    "to_mne",
    "write_session",
]
