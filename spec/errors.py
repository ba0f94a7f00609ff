"""The exceptions that mean: the user, a file or a device is at fault, not the program.

The command line prints the message as one line, without a traceback, and exits with 2.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class EarloopError(Exception):
    """A mistake. The message names the thing, the value found, the value wanted, and the cure."""


class DesignError(EarloopError):
    """A design is not valid or cannot be built, or its file cannot be read or written."""


class LinkError(EarloopError):
    """A frame, or an exchange of frames, violates the protocol of the link."""


def unexpected(error: Exception) -> str:
    """Describe an unexpected exception in one line: a fault of the program, independent of a device's verdict.

    An error of the operating system and a lack of memory are named as such; any other error is reported with its place.
    """
    said = " ".join(str(error).split())[:200]
    if isinstance(error, MemoryError):
        return f"more memory is needed than there is{f' ({said})' if said else ''}"
    if isinstance(error, OSError) and error.strerror:
        return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return (
        f"unexpected {type(error).__name__}{where}{f': {said}' if said else ''}; this is a fault of earloop: "
        "earloop --debug COMMAND shows more"
    )
