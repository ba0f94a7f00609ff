"""The lines of a text file, plain or gzipped, a block at a time, whatever its encoding and line ends.

A few megabytes of gzip can hold gigabytes of text, and a line may never end: no more is held than a block and the
longest line that a table has.
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

BLOCK = 1 << 20  # characters that are read at once
LONGEST_LINE = 1 << 20  # characters: 4,096 cells of 256
MARKS = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)  # byte order marks; without one, text is UTF-8 or, where it is none, Windows-1252

ESCAPED = re.compile("[\udc80-\udcff]+")  # what Python makes of bytes that are no UTF-8


@dataclass(frozen=True)
class Block:
    """Whole lines of a file, without their ends; `first` is the number of the first, as an editor counts, from 1."""

    first: int
    lines: list[str]


def read_blocks(path: Path) -> Iterator[Block]:
    """Every line of the file.

    Raises
    ------
    RecordingError
        A damaged or truncated gzip file, text in another encoding, a zero byte, a line that is too long.
    """
    encoding = _encoding(path)
    errors = "strict" if encoding == "utf-16" else "surrogateescape"
    with complaints_of(path), opened(path) as file, TextIOWrapper(file, encoding, errors) as text:
        first, rest = 1, ""
        while block := text.read(BLOCK):
            if (zero := block.find("\0")) >= 0:
                line = first + block.count("\n", 0, zero)
                raise RecordingError(f"line {line} holds a zero byte: not text, or UTF-16 without a byte order mark")
            lines = (rest + _without_escapes(block)).split("\n")
            rest = lines.pop()
            _check_length(first, lines, rest)
            if lines:
                yield Block(first, lines)
            first += len(lines)
        if rest:
            yield Block(first, [rest])


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked."""
    return cast("BinaryIO", gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb"))


@contextmanager
def complaints_of(path: Path) -> Iterator[None]:
    """What makes a file no text, as one line that names it."""
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
    """Text in which bytes that are no UTF-8 are read as Windows-1252, as Excel saves a name such as `T7 (µV)`."""
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
        raise RecordingError(f"line {line} has more than {LONGEST_LINE:,} characters; no row is that long")
