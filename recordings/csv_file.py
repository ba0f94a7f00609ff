"""Comma-separated text: a header row of column names, then one row a sample, in uV.

A column is one of three things, told by its name and nothing else:

- time-like (`time`, `timestamp(s)`, `t`, `sample`, `index`, or no name): not a signal, ignored. The rate comes from the
  caller, for the unit of such a column cannot be known and the stamps of wireless devices jitter.
- marker-like (`marker`, `trigger`, `event`, `stim`, `status`, with digits or a plural s after it): each change to a
  value other than 0 or blank becomes an annotation of no duration, labelled with that value.
- a channel.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pandas as pd

from recordings.channels import check_distinct, check_known
from recordings.limits import GB, RAISE_IT, check_channels, check_memory
from recordings.recording import Annotation, Recording, RecordingError

TIME_LIKE = re.compile(r"(time(_?stamps?)?([ _]?\(?m?s\)?)?|t|samples?|index|unnamed: \d+)?", re.IGNORECASE)
MARKER_LIKE = re.compile(r"(markers?|triggers?|events?|stim|status)[ _]?\d*", re.IGNORECASE)
FIRST_DATA_LINE = 2  # of the file as an editor counts it: line 1 is the header
BLOCK = 1 << 18  # bytes that are read at once, which is what pandas reads
LONGEST_LINE = 1 << 20  # bytes: 4,096 cells of 256 characters
CELLS_AT_ONCE = 1_000_000
MOST_PIECE = 64_000_000  # bytes of so many cells


def read_csv(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, max_gb: float) -> Recording:
    """Read a `.csv` or `.csv.gz` file; without `channels`, every column that is neither time-like nor marker-like.

    Naming a column in `channels` makes it a channel whatever its name looks like. Lines are counted first, and the
    table is then read a piece at a time: a few megabytes of gzip can hold gigabytes of text.

    Raises
    ------
    RecordingError
        No rate; an empty, truncated or undecodable file; a row longer than the header; a cell that is no finite number;
        the samples take more memory than they may.
    """
    if rate_hz is None:
        raise RecordingError(f"{path}: a CSV file does not know its sampling rate; give rate_hz (option --rate)")
    with _complaints_of(path):
        names = _header(path)
        markers = [name for name in names if MARKER_LIKE.fullmatch(name) and name not in (channels or ())]
        if channels is None:
            channels = tuple(name for name in names if name not in markers and not TIME_LIKE.fullmatch(name))
            if not channels:
                raise RecordingError(f"no column is a channel; found only {', '.join(names)}")
        check_known(path, channels, names)
        rows = _count_lines(path, len(channels), max_gb) - 1
        check_memory(path, rows, len(channels), 8, max_gb)
        table = np.empty((max(0, rows), len(channels)))
        events = {name: _Events(rate_hz) for name in markers}
        done = 0
        for piece in _pieces(path, names, markers):
            for i, name in enumerate(channels):
                table[done : done + len(piece), i] = _numbers(piece[name], done)
            for name in markers:
                events[name].see(piece[name], done)
            done += len(piece)
        notes = sorted((note for each in events.values() for note in each.found), key=lambda note: note.onset_s)
        return Recording(table[:done], "uV", float(rate_hz), channels, tuple(notes))


@contextmanager
def _complaints_of(path: Path) -> Iterator[None]:
    """What makes a file no table, as one line that names it."""
    try:
        yield
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}: truncated or damaged gzip file: {error}") from None
    except pd.errors.EmptyDataError:
        raise RecordingError(f"{path}: holds no samples; wanted a header row and one row a sample") from None
    except (pd.errors.ParserError, csv.Error) as error:
        raise RecordingError(f"{path}: not a table: {str(error).strip().splitlines()[-1]}") from None
    except UnicodeDecodeError:
        raise RecordingError(f"{path}: not UTF-8 text") from None


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb"))


def _count_lines(path: Path, channels: int, max_gb: float) -> int:
    """Lines of the file, a last one without an end included; complains of a line, or a file, that is too long."""
    most_lines = 1 + max_gb * GB / 8 / channels
    lines = length = 0
    last = b""
    with _opened(path) as file:
        while block := file.read(BLOCK):
            ends = block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")  # pandas takes each for an end
            lines += ends - (last == b"\r" and block[:1] == b"\n")
            last = block[-1:]
            # A block without an end goes on with a line; the longest line within a block is short enough.
            length = len(block) - max(block.rfind(b"\n"), block.rfind(b"\r")) if ends else length + len(block)
            if length > LONGEST_LINE:
                raise RecordingError(f"line {lines + 1} has more than {LONGEST_LINE:,} bytes; no row is that long")
            if lines > most_lines:
                raise RecordingError(
                    f"more than {lines:,} samples of {channels:,} channels take more than the {max_gb:g} GB of memory "
                    f"that are read at most: {RAISE_IT}"
                )
    return lines + (last not in (b"\n", b"\r", b""))


def _header(path: Path) -> list[str]:
    """The names of the columns, without white space around them."""
    with _opened(path) as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
        first = text.readline(LONGEST_LINE)
        if first.count('"') % 2:
            raise RecordingError("line 1 opens a quote that it does not close; wanted a header row of column names")
        names = [name.strip() for name in next(csv.reader([first], skipinitialspace=True), [])]
    if not names:
        raise pd.errors.EmptyDataError
    if all(_is_number(name) for name in names):
        raise RecordingError("line 1 holds numbers; wanted a header row of column names")
    check_channels(path, len(names))
    check_distinct(path, names)
    return names


def _pieces(path: Path, names: list[str], markers: list[str]) -> Iterator[Any]:
    """The table a piece at a time, as pandas reads it, columns named as in the header; markers as text."""
    text_columns = {names.index(name): str for name in markers}
    with _opened(path) as file:
        budget = _Budget(file)
        reader = pd.read_csv(
            budget,
            header=None,
            skiprows=1,
            low_memory=False,
            skipinitialspace=True,
            dtype=text_columns,
            chunksize=max(1, CELLS_AT_ONCE // len(names)),
        )
        for piece in reader:
            budget.renew()
            if piece.shape[1] != len(names):
                raise RecordingError(f"rows of {piece.shape[1]} cells under a header of {len(names)} names")
            piece.columns = pd.Index(names)
            yield piece


class _Budget(RawIOBase):
    """A file of which only so much is given for each piece: a quotation mark that is never closed makes one cell of all
    that follows."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, MOST_PIECE

    def renew(self) -> None:
        """A piece is done."""
        self._left = MOST_PIECE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As `RawIOBase` wants it."""
        content = self._file.read(min(len(buffer), BLOCK))
        self._left -= len(content)
        if self._left < 0:
            raise RecordingError(f"{CELLS_AT_ONCE:,} cells have more than {MOST_PIECE:,} bytes: is a quote left open?")
        buffer[: len(content)] = content
        return len(content)


def _numbers(column: Any, before: int) -> Any:
    """float64 [samples]; complains of the first cell that is text. NaN is left for `Recording` to name."""
    if column.dtype.kind in "fiu":
        return column.to_numpy(np.float64)
    numbers = pd.to_numeric(column, errors="coerce")
    text = np.flatnonzero((numbers.isna() & column.notna()).to_numpy())
    if len(text):
        row = int(text[0])
        cell = str(column.iloc[row])
        raise RecordingError(
            f"'{cell[:40]}' in line {before + row + FIRST_DATA_LINE}, column {column.name}: every cell must be a number"
        )
    return numbers.to_numpy(np.float64)


class _Events:
    """An annotation at each change of a marker column to a value that is neither 0 nor blank."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz, self._last = rate_hz, ""
        self.found: list[Annotation] = []

    def see(self, column: Any, before: int) -> None:
        """The next rows, of which `before` came before."""
        values = column.fillna("").to_numpy(object)
        changes = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
        for i in changes.tolist():
            label = _label(values[i])
            if label not in ("", self._last):
                self.found.append(Annotation((before + i) / self._rate_hz, 0.0, label))
            self._last = label


def _label(value: Any) -> str:
    """`1.0` as `1`, 0 and blank as nothing, text as it is."""
    text = str(value).strip()
    if _is_number(text):
        return "" if float(text) == 0 else f"{float(text):g}"
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
