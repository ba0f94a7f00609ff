"""A file read whole, unless it is longer than any file of its kind has reason to be."""

from __future__ import annotations

from pathlib import Path

PIECE = 1 << 20  # bytes that are read at once: a device file has no end


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
    content = bytearray()
    with file:
        while piece := file.read(PIECE):
            content += piece
            if len(content) > most_bytes:
                raise TooLongError(f"more than {most_bytes:,} bytes; no file of its kind is that long")
    return bytes(content)
