"""FIF files, read by MNE."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from earloop.recordings.raws.opened_raw import open_raw
from earloop.recordings.reading.opened_file import OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import RecordingError
from earloop.spec.errors import naming_extras


@naming_extras()
def open_fif(path: Path, options: ReadOptions) -> OpenedFile:
    """Read the header and the events of a FIF file with continuous data.

    Raises
    ------
    RecordingError
        The file is damaged, or holds epochs or averages instead of a continuous recording.
    MissingExtraError
        MNE-Python is not installed.
    """
    import mne

    with _readable(path):
        raw = mne.io.read_raw_fif(path, allow_maxshield="yes", preload=False, verbose="error")
        opened = open_raw(raw, path, "FIF", options)

    def read(columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        with _readable(path):
            return opened.read(columns, part)

    return replace(opened, read=read)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn any error of MNE into a RecordingError: its parser checks little, so that a damaged file raises anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that do not end with `_raw.fif`
        try:
            yield
        except (RecordingError, MemoryError):
            raise
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise RecordingError(f"{path}: is no undamaged FIF file of a continuous recording ({reason})") from None
