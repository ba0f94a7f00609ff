"""A file read whole, unless it is longer than any file of its kind has reason to be."""

from __future__ import annotations

from pathlib import Path


class TooLongError(ValueError):
    """A file that is longer than it may be; says how long both are."""


def read_at_most(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file of at most that many; of a longer one no more are read.

    Raises
    ------
    OSError
        It cannot be read.
    TooLongError
        It is longer.
    """
    try:
        file = path.open("rb")
    except ValueError as error:  # a name with a zero byte in it
        raise FileNotFoundError(0, str(error)) from None
    with file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise TooLongError(f"more than {most_bytes:,} bytes; no file of its kind is that long")
    return content
