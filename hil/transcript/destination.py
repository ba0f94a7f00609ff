"""Check of the path to which a transcript is to be written."""

from __future__ import annotations

from pathlib import Path

from earloop.hil.transcript.format import MAGIC, TranscriptError
from earloop.system.whole import check_writable


def check_transcript_path(path: Path) -> None:
    """Refuse to overwrite a file that is no transcript, before any work is done.

    Raises
    ------
    TranscriptError
        The path is such a file or a folder, or it cannot be read or written.
    """
    if path.exists():
        try:
            with path.open("r+b") as file:  # also tests that it is writable
                known = file.read(len(MAGIC)) in (MAGIC, b"")
        except OSError as error:
            raise TranscriptError(f"{path}: cannot be a transcript ({error.strerror})") from None
        if not known:
            raise TranscriptError(f"{path}: exists and is no transcript; choose another path for --transcript")
    else:
        check_writable(path, TranscriptError)
