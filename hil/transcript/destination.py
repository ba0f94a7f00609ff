"""Where a transcript may be written."""

from __future__ import annotations

from pathlib import Path

from earloop.hil.transcript.format import MAGIC, TranscriptError
from earloop.system.whole import check_writable


def check_transcript_path(path: Path) -> None:
    """Refuse a file that is there and no transcript, before any work is done.

    Raises
    ------
    TranscriptError
        It is, it is a folder, it cannot be read, or it cannot be written there.
    """
    if path.exists():
        try:
            with path.open("r+b") as file:  # to be written to, too
                known = file.read(len(MAGIC)) in (MAGIC, b"")
        except OSError as error:
            raise TranscriptError(f"{path}: cannot be a transcript ({error.strerror})") from None
        if not known:
            raise TranscriptError(f"{path}: is there, and no earlier transcript; choose another --transcript")
    else:
        check_writable(path, TranscriptError)
