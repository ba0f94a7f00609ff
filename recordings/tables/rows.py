"""The rows of a table a piece at a time, each with its line, and their cells as numbers or text."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.layout import SPACES, Layout, is_number, split
from earloop.recordings.tables.text import Block, read_blocks

# What Excel writes where a formula has no value: a row that begins with it is none of the comments.
EXCEL_ERROR = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NUM!|NAME\?|NULL!)")
TRUTH = ("rue", "RUE", "alse", "ALSE")  # in words that pandas takes for 1 and 0


@dataclass(frozen=True)
class Piece:
    """Some rows that follow each other.

    lines : their numbers in the file, as an editor counts, int64 [rows]
    rows : their text, each of as many cells as the table is wide; no cell holds the separator unless it is quoted
    """

    lines: NDArray[np.int64]
    rows: list[str]

    def without(self, lines: NDArray[np.int64]) -> Piece:
        """All rows but those that stand in these lines, sorted."""
        if not len(lines) or not len(self.lines) or lines[-1] < self.lines[0] or lines[0] > self.lines[-1]:
            return self
        kept = np.flatnonzero(~np.isin(self.lines, lines))
        return Piece(self.lines[kept], [self.rows[i] for i in kept])


@dataclass(frozen=True)
class Table:
    """A file and how it is written.

    ragged : of the cells of a row that is too short or too long, those of a whole one, or None where it is refused:
        some programs write events in rows of another length
    """

    path: Path
    layout: Layout
    ragged: Callable[[Sequence[str]], list[str] | None] | None = None

    @property
    def separator(self) -> str:
        """Between the cells of a piece's rows."""
        return "\t" if self.layout.separator == SPACES else self.layout.separator

    def pieces(self) -> Iterator[Piece]:
        """All rows; blank lines and lines that begin with `#` are none. Raises RecordingError for a row of another
        length."""
        blank_before = 0
        for block in read_blocks(self.path):
            piece, blank_before = self._piece(block, blank_before)
            if piece.rows:
                yield piece

    def _piece(self, block: Block, blank_before: int) -> tuple[Piece, int]:
        lines, rows, width = [], [], self.layout.width
        separator, squeeze = self.separator, self.layout.separator == SPACES
        for number, written in enumerate(block.lines, start=block.first):
            if number <= self.layout.header_line:
                continue
            line = "\t".join(written.split()) if squeeze else written
            if line[:1] == "#" and not EXCEL_ERROR.match(line):
                continue
            if not line or (line.isspace() and separator not in line):
                blank_before = blank_before or number
                continue
            if width == 1 and blank_before:
                raise RecordingError(f"line {blank_before} is blank; every row must be a number")
            rows.append(self._whole(line, number, separator))
            lines.append(number)
        return Piece(np.array(lines, np.int64), rows), blank_before

    def _whole(self, line: str, number: int, separator: str) -> str:
        """A row of as many cells as the table is wide, quoted only where it must be."""
        if '"' not in line:
            is_whole = line.count(separator) + 1 == self.layout.width
            return line if is_whole else self._mended(split(line, separator, number), number)
        cells = split(line, separator, number)
        return _joined(cells, separator) if len(cells) == self.layout.width else self._mended(cells, number)

    def _mended(self, cells: list[str], number: int) -> str:
        mended = self.ragged(cells) if self.ragged is not None else None
        if mended is not None:
            return _joined(mended, self.separator)
        names = f"the names are {self.layout.width}" if self.layout.names else f"the first row has {self.layout.width}"
        count, hint = len(cells), ""
        if self.separator == "," and count == 2 * self.layout.width:
            hint = ": are they decimal commas? Then separate the cells by semicolons or tabs"
        raise RecordingError(f"line {number} has {count} cells; {names}{hint}; mend or remove that line")

    def numbers(self, piece: Piece, columns: Sequence[int]) -> NDArray[np.float64]:
        """Cells as float64 [rows, columns], NaN where a cell is blank; raises RecordingError for one that is no
        number."""
        if not columns or not piece.rows:
            return np.empty((len(piece.rows), len(columns)))
        text = "\n".join(piece.rows)
        try:
            if any(word in text for word in TRUTH):
                raise ValueError("words")
            order = sorted(columns)
            found = self._read(text, order, np.float64).to_numpy(np.float64)
            return np.asarray(found[:, [order.index(column) for column in columns]])
        except (ValueError, OverflowError):
            found = np.empty((len(piece.rows), len(columns)))
            for i, column in enumerate(columns):
                found[:, i] = self._one_by_one(piece, column)
            return found

    def texts(self, piece: Piece, columns: Sequence[int]) -> list[NDArray[Any]]:
        """Cells as text, without white space around it: an object array [rows] for each column."""
        if not piece.rows:
            return [np.empty(0, object) for _ in columns]
        table = self._read("\n".join(piece.rows), sorted(columns), str)
        return [np.array([str(cell).strip() for cell in table[column]], object) for column in columns]

    def _read(self, text: str, columns: Sequence[int], dtype: type) -> Any:
        numeric = dtype is np.float64
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pd.read_csv(
                io.StringIO(text),
                header=None,
                names=range(self.layout.width),
                index_col=False,
                sep=self.separator,
                decimal=self.layout.decimal,
                usecols=list(columns),
                dtype=dict.fromkeys(columns, dtype),
                na_filter=numeric,
                keep_default_na=False,
                na_values=[""],
                float_precision="round_trip",
                skipinitialspace=True,
                skip_blank_lines=False,
                quoting=csv.QUOTE_MINIMAL if '"' in text else csv.QUOTE_NONE,
                low_memory=False,
            )

    def _one_by_one(self, piece: Piece, column: int) -> NDArray[np.float64]:
        """A column of which some cell is no number: the first such is named."""
        (cells,) = self.texts(piece, [column])
        found = np.empty(len(cells))
        for i, cell in enumerate(cells.tolist()):
            number = as_number(cell, self.layout.decimal)
            if number is None and cell:
                raise RecordingError(
                    f"'{cell[:40]}' in line {piece.lines[i]}, column {self.name(column)}: every cell must be a number"
                )
            found[i] = np.nan if number is None else number
        return found

    def name(self, column: int) -> str:
        """Of a column, as the file writes it; its number where it has none."""
        name = self.layout.names[column] if self.layout.names else ""
        return name or str(column + 1)


def as_number(cell: str, decimal: str) -> float | None:
    """A cell as a number, as pandas reads one; None where it is none."""
    if not is_number(cell, decimal) or (decimal == "," and "." in cell):
        return None
    return float(cell.replace(",", ".") if decimal == "," else cell)


def _joined(cells: Sequence[str], separator: str) -> str:
    """A row of cells, quoted where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="").writerow(cells)
    return out.getvalue()
