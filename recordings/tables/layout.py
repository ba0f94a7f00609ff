"""Layout of a table: its separator, its decimal sign, its names, and the line at which its rows begin.

An ambiguous layout is an error: `1,234` alone can be 1.234 or 1234.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earloop.recordings.reading.units import uv_per_unit
from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.stamps import is_time_text
from earloop.recordings.tables.text import Block

SNIFFED = 1_000  # lines that determine the layout
SPACES = " "
LEAST_FIT = 0.5
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", SPACES: "spaces"}
LABELS = re.compile(r"\s*(labels|columns|channels)\s*:?=\s*", re.IGNORECASE)  # before names in a comment
SEP = re.compile('"?sep=.?"?', re.IGNORECASE)  # a line that tells Excel the separator
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf)", re.IGNORECASE | re.ASCII)
COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)  # 1,234: a group of thousands, or three decimals
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}|[+-]?\d{1,3}(,\d{3})+\.\d*|[+-]?\d{1,3}(\.\d{3})+,\d*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The layout of a table.

    comments : lines before the names that begin with `#` or `%`
    separator : a tab, a semicolon, a comma or SPACES, of which any number count as one
    decimal : `.` or `,`
    names : names of the columns, as the file writes them; empty without names
    width : number of cells in a row
    header_line : the line of the names, as an editor counts; rows begin after it
    first_row : cells of the first row
    notes : notes about an unusual layout
    """

    comments: tuple[str, ...]
    separator: str
    decimal: str
    names: tuple[str, ...]
    width: int
    header_line: int
    first_row: tuple[str, ...]
    notes: tuple[str, ...] = ()


def sniff(blocks: Iterable[Block]) -> Layout:
    """Determine the layout of a table from its first lines.

    Raises
    ------
    RecordingError
        There are no rows; a name or cell has an open quote; the decimal sign is ambiguous.
    """
    comments, lines, first = _begin(blocks)
    if not lines:
        raise RecordingError("has no samples; wanted a header row and one row for each sample")
    separator = _separator(lines)
    rows = [split(line, separator, first + i) for i, line in enumerate(lines) if line.strip()]
    names, body = rows[0], rows[1:]
    header_line, notes = first, []
    if all(not name or is_number(name, ",") or is_time_text(name) for name in names):
        body, names, header_line = rows, _commented_names(comments, separator, len(names)), first - 1
        if names:
            notes.append("the names of the columns are in a comment line")
    elif len(body) > 1 and (units := _units(names, body[0], body[1])):
        names, body, header_line = units, body[1:], header_line + 1 + _blanks(lines)
        notes.append("the second row has units")
    decimal = _decimal(body, separator)
    if separator != ",":
        notes.append(f"columns are separated by {SEPARATORS[separator]}")
    if decimal == ",":
        notes.append("numbers have decimal commas")
    width = len(body[0]) if body else len(names)
    if names and width == len(names) + 1 and all(len(row) == width and not row[-1] for row in body):
        names = [*names, ""]  # each row ends with a separator
    return Layout(
        comments=tuple(comments),
        separator=separator,
        decimal=decimal,
        names=tuple(names),
        width=len(names) or width,
        header_line=header_line,
        first_row=tuple(body[0]) if body else (),
        notes=tuple(notes),
    )


def split(line: str, separator: str, number: int) -> list[str]:
    """Split a line into cells, without quotes and surrounding white space; raises RecordingError for an open quote."""
    if separator == SPACES:
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    try:
        rows = list(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        raise RecordingError(f"line {number} has an open quote; wanted one row in each line") from None
    return [cell.strip() for cell in rows[0]]


def is_number(text: str, decimal: str = ".") -> bool:
    """Return whether a cell is a number with a decimal point, or with the given decimal sign."""
    return bool(NUMBER.fullmatch(text) or (decimal == "," and COMMA_NUMBER.fullmatch(text)))


def _begin(blocks: Iterable[Block]) -> tuple[list[str], list[str], int]:
    """Return the comment lines at the beginning, the lines after them, and the number of the first of these.

    Later lines that begin with `#` become blank.
    """
    comments: list[str] = []
    lines: list[str] = []
    first = 0
    for block in blocks:
        for i, line in enumerate(block.lines):
            if not lines and (line.lstrip()[:1] in ("#", "%") or SEP.fullmatch(line)):
                comments.append(line.strip())
            elif lines or line.strip():
                first = first or block.first + i
                lines.append("" if line.startswith("#") else line)
                if len(lines) >= SNIFFED:
                    return comments, lines, first
    return comments, lines, first


def _separator(lines: Sequence[str]) -> str:
    """Return the separator with which most lines have as many cells as the first, and most cells are numbers.

    Spaces count only if no other separator fits.
    """
    filled = [line for line in lines if line.strip()]
    fits = {separator: _fit(filled, separator) for separator in SEPARATORS if separator != SPACES}
    best = max(fits, key=lambda separator: fits[separator])
    if fits[best] < LEAST_FIT and _fit(filled, SPACES) > LEAST_FIT:
        return SPACES
    if fits[best]:
        return best
    counts = {separator: filled[0].count(separator) for separator in fits}  # rows do not fit: the names decide
    return max(counts, key=lambda separator: (counts[separator], separator == ","))


def _fit(lines: Sequence[str], separator: str) -> float:
    """Return the share of lines with as many cells as the first, times the share of numbers in their cells; 0 to 1."""
    rows = [line.split() if separator == SPACES else line.split(separator) for line in lines]
    usual = Counter(map(len, rows[1:] or rows)).most_common(1)[0][0]
    ends_open = usual == len(rows[0]) + 1 and all(not row[-1].strip() for row in rows[1:] if len(row) == usual)
    if usual < 2 or not (usual == len(rows[0]) or ends_open):
        return 0.0
    cells = [cell.strip(' "') for row in rows[1:] if len(row) == usual for cell in row]
    numbers = sum(not cell or is_number(cell, ",") or is_time_text(cell) for cell in cells)
    return (sum(len(row) == usual for row in rows[1:]) + 1) / len(rows) * (numbers + 1) / (len(cells) + 1)


def _decimal(rows: Sequence[Sequence[str]], separator: str) -> str:
    """Return `,` if a cell proves it; `.` if no cell has a comma, or commas are not part of numbers."""
    cells = {cell for row in rows for cell in row if "," in cell or "." in cell}
    thousands = next((cell for cell in sorted(cells) if THOUSANDS.fullmatch(cell)), None)
    commas = sorted(cell for cell in cells if COMMA_NUMBER.fullmatch(cell))
    if thousands is not None and separator != ",":
        raise RecordingError(
            f"'{thousands[:40]}' has a thousands separator; write numbers without it, and with a decimal point"
        )
    if separator == "," or not commas:
        return "."
    if all(GROUPED.fullmatch(cell) for cell in commas):
        raise RecordingError(
            f"'{commas[0][:40]}' may have three decimals or a thousands separator; write numbers with a decimal point"
        )
    points = [cell for cell in cells if "." in cell and NUMBER.fullmatch(cell)]
    if points:
        raise RecordingError(
            f"'{commas[0][:40]}' has a decimal comma and '{min(points)[:40]}' a decimal point; write all numbers "
            "with a decimal point"
        )
    return ","


def _units(names: Sequence[str], row: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return names with the units of a row below them, as LabChart and others write it; empty if the row has no units.

    A row of units has no number, the row after it has only numbers and times, and some cell is a unit of potential.
    """
    units = [cell.strip(" ()[]") for cell in row]
    is_below = len(row) == len(names) and not any(is_number(cell, ",") or is_time_text(cell) for cell in row)
    if not is_below or not all(not cell or is_number(cell, ",") or is_time_text(cell) for cell in after):
        return []
    if not any(uv_per_unit(unit) is not None for unit in units):
        return []
    return [f"{name} ({unit})" if unit else name for name, unit in zip(names, units, strict=True)]


def _blanks(lines: Sequence[str]) -> int:
    """Return the number of blank lines between the first line and the next that is not blank."""
    return next(i for i, line in enumerate(lines[1:]) if line.strip())


def _commented_names(comments: Sequence[str], separator: str, width: int) -> list[str]:
    """Return names in the last comment line, as `numpy.savetxt` writes them; empty if it has none."""
    if not comments or width < 2:
        return []
    names = split(LABELS.sub("", comments[-1][1:]), separator, 0)
    return names if len(names) == width and not all(is_number(name, ",") for name in names) else []
