"""The rows of a table, one piece at a time, with their lines, and their cells as numbers or text."""

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

# Excel writes these for a formula without a value: a row that begins with one is not a comment.
EXCEL_ERROR = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NUM!|NAME\?|NULL!)")
TRUTH = ("rue", "RUE", "alse", "ALSE")  # parts of words that pandas converts to 1 and 0


@dataclass(frozen=True)
class Piece:
    """Consecutive rows.

    lines : their line numbers in the file, as an editor counts, int64 [rows]
    rows : their text, each with as many cells as the table has columns; cells with a separator are quoted
    """

    lines: NDArray[np.int64]
    rows: list[str]

    def without(self, lines: NDArray[np.int64]) -> Piece:
        """Return all rows except those in these lines, which are sorted."""
        if not len(lines) or not len(self.lines) or lines[-1] < self.lines[0] or lines[0] > self.lines[-1]:
            return self
        others = np.flatnonzero(~np.isin(self.lines, lines))
        return Piece(self.lines[others], [self.rows[i] for i in others])


@dataclass(frozen=True)
class Table:
    """A file and its layout.

    ragged : repairs the cells of a row of another length, or returns None to refuse it; some programs write events in
        such rows
    """

    path: Path
    layout: Layout
    ragged: Callable[[Sequence[str]], list[str] | None] | None = None

    @property
    def separator(self) -> str:
        """Separator between the cells of a piece's rows."""
        return "\t" if self.layout.separator == SPACES else self.layout.separator

    def pieces(self) -> Iterator[Piece]:
        """Yield all rows, without blank lines and lines that begin with `#`.

        Raises
        ------
        RecordingError
            A row has another length than the names.
        """
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
        """Return a row with as many cells as the table has columns, with quotes only if they are necessary."""
        if '"' not in line:
            is_whole = line.count(separator) + 1 == self.layout.width
            return line if is_whole else self._repaired(split(line, separator, number), number)
        cells = split(line, separator, number)
        return _joined(cells, separator) if len(cells) == self.layout.width else self._repaired(cells, number)

    def _repaired(self, cells: list[str], number: int) -> str:
        repaired = self.ragged(cells) if self.ragged is not None else None
        if repaired is not None:
            return _joined(repaired, self.separator)
        width = self.layout.width
        wanted = f"there are {width} names" if self.layout.names else f"the first row has {width}"
        count, hint = len(cells), ""
        if self.separator == "," and count == 2 * width:
            hint = ": are there decimal commas? Then separate the cells by semicolons or tabs"
        raise RecordingError(f"line {number} has {count} cells, but {wanted}{hint}; correct or remove that line")

    def numbers(self, piece: Piece, columns: Sequence[int]) -> NDArray[np.float64]:
        """Return cells as float64 [rows, columns], with NaN for blank cells.

        Raises
        ------
        RecordingError
            A cell is not a number.
        """
        if not columns or not piece.rows:
            return np.empty((len(piece.rows), len(columns)))
        text = "\n".join(piece.rows)
        try:
            if any(word in text for word in TRUTH):
                raise ValueError("words")
            order = sorted(columns)
            values = self._read(text, order, np.float64).to_numpy(np.float64)
            return np.asarray(values[:, [order.index(column) for column in columns]])
        except (ValueError, OverflowError):
            values = np.empty((len(piece.rows), len(columns)))
            for i, column in enumerate(columns):
                values[:, i] = self._one_by_one(piece, column)
            return values

    def texts(self, piece: Piece, columns: Sequence[int]) -> list[NDArray[Any]]:
        """Return cells as text without surrounding white space: an object array [rows] for each column."""
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
        """Convert a column cell by cell; the error names the first cell that is not a number."""
        (cells,) = self.texts(piece, [column])
        values = np.empty(len(cells))
        for i, cell in enumerate(cells.tolist()):
            number = as_number(cell, self.layout.decimal)
            if number is None and cell:
                raise RecordingError(
                    f"'{cell[:40]}' in line {piece.lines[i]}, column {self.name(column)}: every cell must be a number"
                )
            values[i] = np.nan if number is None else number
        return values

    def name(self, column: int) -> str:
        """Return the name of a column, as the file writes it, or its number from 1."""
        name = self.layout.names[column] if self.layout.names else ""
        return name or str(column + 1)


def as_number(cell: str, decimal: str) -> float | None:
    """Return a cell as a number, as pandas reads it; None if it is not a number."""
    if not is_number(cell, decimal) or (decimal == "," and "." in cell):
        return None
    return float(cell.replace(",", ".") if decimal == "," else cell)


def _joined(cells: Sequence[str], separator: str) -> str:
    """Join cells to a row, with quotes where they are necessary."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="").writerow(cells)
    return out.getvalue()
