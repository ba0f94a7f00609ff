"""The one exception that means "the user, a file or a device is wrong, not the program".

The command line prints its message as one line, without a traceback, and exits with 2.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class EarloopError(Exception):
    """A mistake that its message explains: the thing, the value found, the value wanted, what to do."""


class DesignError(EarloopError):
    """A design file that cannot be built."""


class LinkError(EarloopError):
    """A frame, or an exchange of frames, that breaks the wire protocol."""


def unexpected(error: Exception) -> str:
    """An exception that nobody foresaw, as one line: a fault of the program, of which the verdict on a device is apart.

    An operating system's error and a lack of memory are told as what they are; all others with the place of the fault.
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
