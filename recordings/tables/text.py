"""The lines of a text file, plain or gzipped, one block at a time, in any supported encoding and with any line ends.

A few megabytes of gzip can expand to gigabytes of text, and a line may never end: the memory is limited to one block
and the longest line of a table.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

from earloop.recordings.recording import RecordingError

BLOCK = 1 << 20  # characters read at once
LONGEST_LINE = 1 << 20  # characters: 4,096 cells of 256
MARKS = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)  # byte order marks; without one, text is UTF-8, and invalid UTF-8 is Windows-1252

ESCAPED = re.compile("[\udc80-\udcff]+")  # Python decodes bytes that are not UTF-8 to these characters


@dataclass(frozen=True)
class Block:
    """Complete lines of a file, without line ends; `first` is the number of the first, as an editor counts, from 1."""

    first: int
    lines: list[str]


def read_blocks(path: Path) -> Iterator[Block]:
    """Yield the lines of the file, block by block.

    Raises
    ------
    RecordingError
        A gzip file is damaged or truncated; the text has another encoding or a zero byte; a line is too long.
    """
    encoding = _encoding(path)
    errors = "strict" if encoding == "utf-16" else "surrogateescape"
    with complaints_of(path), opened(path) as file, TextIOWrapper(file, encoding, errors) as text:
        first, rest = 1, ""
        while block := text.read(BLOCK):
            if (zero := block.find("\0")) >= 0:
                line = first + block.count("\n", 0, zero)
                raise RecordingError(f"line {line} has a zero byte: not text, or UTF-16 without a byte order mark")
            lines = (rest + _without_escapes(block)).split("\n")
            rest = lines.pop()
            _check_length(first, lines, rest)
            if lines:
                yield Block(first, lines)
            first += len(lines)
        if rest:
            yield Block(first, [rest])


def opened(path: Path) -> BinaryIO:
    """Open a file for its bytes; a gzipped file is decompressed."""
    return cast("BinaryIO", gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb"))


@contextmanager
def complaints_of(path: Path) -> Iterator[None]:
    """Raise errors of a file that is not readable as text as RecordingError, in one line that names the file."""
    try:
        yield
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}: truncated or damaged gzip file: {error}") from None
    except UnicodeError:
        raise RecordingError(
            f"{path}: not UTF-8 text, nor Windows-1252, nor UTF-16 with a byte order mark; save it as UTF-8"
        ) from None


def _without_escapes(block: str) -> str:
    """Decode bytes that are not UTF-8 as Windows-1252, in which Excel saves a name such as `T7 (µV)`."""
    if block.isascii() or not ESCAPED.search(block):
        return block
    return ESCAPED.sub(lambda found: found[0].encode("utf-8", "surrogateescape").decode("cp1252"), block)


def _encoding(path: Path) -> str:
    with opened(path) as file:
        head = file.read(2)
    return next((name for mark, name in MARKS if head == mark), "utf-8-sig")


def _check_length(first: int, lines: list[str], rest: str) -> None:
    if len(rest) > LONGEST_LINE or (lines and max(map(len, lines)) > LONGEST_LINE):
        line = first + next((i for i, line in enumerate(lines) if len(line) > LONGEST_LINE), len(lines))
        raise RecordingError(f"line {line} has more than {LONGEST_LINE:,} characters; a row must be shorter")
