"""Read whole files, up to a limit on their length."""

from __future__ import annotations

from pathlib import Path

PIECE = 1 << 20  # bytes of one read; a device file has no end


class FileTooLongError(ValueError):
    """A file is longer than its limit; the message states the limit."""


def read_at_most(path: Path, most_bytes: int) -> bytes:
    """Return the bytes of a file; reading stops as soon as the file exceeds `most_bytes`.

    Raises
    ------
    OSError
        The file cannot be read.
    TooLongError
        The file is longer than `most_bytes`.
    """
    try:
        file = path.open("rb")
    except ValueError as error:  # the name contains a zero byte
        raise FileNotFoundError(0, str(error)) from None
    content = bytearray()
    with file:
        while piece := file.read(PIECE):
            content += piece
            if len(content) > most_bytes:
                raise FileTooLongError(f"more than {most_bytes:,} bytes; no file of its kind is that long")
    return bytes(content)
