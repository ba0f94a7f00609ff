"""Roles of a table's columns, such as electrode or clock, by their names, their values and the table's maker."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.column_names import Column, Role, columns_of
from earloop.recordings.tables.judge import EPOCHS_S, SCALES, counts_packets, counts_time, marks_events
from earloop.recordings.tables.makers import Maker
from earloop.recordings.tables.rows import Piece, Table, as_number
from earloop.recordings.tables.stamps import is_time_text, seconds_of

PREFIX_CELLS, LEAST_ROWS = 90_000, 64  # size of the beginning of the table that determines the roles
# Positions of the 10-20 system and similar names: such a channel with a constant value is a dead electrode, not a
# trigger.
ELECTRODE_NAME = re.compile(
    r"(eeg|exg|emg|eog|ecg|raw|ch|channel|ear)[\w .-]*|(fp|af|f|ft|fc|t|tp|c|cp|p|po|o|a|m)(\d{1,2}|z)"
    r"|left|right|l|r",
    re.IGNORECASE,
)
LEAST_UV = 1.0  # every recording at the skin exceeds this value somewhere, if only by noise and offset
BEGINS = re.compile(r"[+-]?[.,]?\d")  # the beginning of a number
TEXT_SHARE = 0.5  # share of the filled cells of a clock that must be times


@dataclass(frozen=True, kw_only=True)
class ColumnRoles:
    """The columns of a table with their roles.

    clock : the column whose stamps show gaps, None without one
    counters : the columns whose numbers show gaps
    """

    columns: tuple[Column, ...]
    counters: tuple[Column, ...]
    clock: Column | None
    clock_is_text: bool
    notes: tuple[str, ...]


def judge_columns(
    table: Table, names: tuple[str, ...], maker: Maker | None, asked_for: tuple[str, ...], rate_hz: float | None
) -> ColumnRoles:
    """Determine the role of each column, and the clock; a column in `asked_for` is an electrode with any contents."""
    prefix = _prefix(table)
    columns: list[Column] = []
    notes: list[str] = []
    counters: list[Column] = []
    clocks: list[tuple[Column, _CellsSeen]] = []
    largest = 0.0
    cells = table.texts(prefix, range(len(names)))
    for named in columns_of(names, asked_for):
        column = named
        seen = _seen(cells[named.index].tolist(), table.layout.decimal)
        is_asked_for = named.header in asked_for or named.name in asked_for
        if maker is not None and maker.electrodes and not is_asked_for:
            column = _of_maker(column, maker)
        elif column.role == "counter" and not column.header and (seen.values != np.round(seen.values)).any():
            column = replace(column, role="electrode", why_not="")  # the column has no name, and does not count
        elif column.role == "electrode" and not column.unit:
            column, note = _by_values(column, seen, rate_hz, is_asked_for)
            notes += note
        if column.role == "time" and seen.is_filled and seen.grows:
            clocks.append((column, seen))
        elif column.role == "time":
            reason = "does not grow" if seen.is_filled else "has no times in a known format"
            notes.append(f"column {column.name} {reason}: it cannot show gaps")
        elif column.role == "counter" and seen.filled and len(seen.values) == seen.filled and not seen.is_time_text:
            counters.append(column)
        columns.append(column)
        if column.role == "electrode" and not column.unit and len(seen.values):
            largest = max(largest, float(np.abs(seen.values).max()))
    if 0 < largest < LEAST_UV:
        notes.append(
            f"columns without a unit are read as uV, but begin with values within {largest:.2g} of 0: if they are "
            "volts or millivolts, write (V) or (mV) after their names"
        )
    clock, seen_clock = max(clocks, key=lambda one: _rank(*one), default=(None, None))
    return ColumnRoles(
        columns=tuple(columns),
        counters=tuple(counters),
        clock=clock,
        clock_is_text=seen_clock is not None and seen_clock.is_time_text,
        notes=tuple(notes),
    )


@dataclass(frozen=True, kw_only=True)
class _CellsSeen:
    """The filled cells of a column.

    values : float64, values of the cells that are numbers, or seconds of dates and times
    example : a cell that begins like a number, but is not one
    is_filled : whether most filled cells have such a value
    """

    rows: int
    filled: int
    is_time_text: bool
    values: NDArray[np.float64]
    example: str = ""

    @property
    def is_filled(self) -> bool:
        return len(self.values) > TEXT_SHARE * self.filled

    @property
    def grows(self) -> bool:
        return len(self.values) < 2 or bool(self.values[-1] > self.values[0])


def _prefix(table: Table) -> Piece:
    pieces, rows, most = [], 0, max(LEAST_ROWS, PREFIX_CELLS // table.layout.width)
    for piece in table.pieces():
        pieces.append(piece)
        rows += len(piece.rows)
        if rows >= most:
            break
    lines = np.concatenate([piece.lines for piece in pieces]) if pieces else np.empty(0, np.int64)
    return Piece(lines[:most], list(itertools.chain(*(piece.rows for piece in pieces)))[:most])


def _seen(cells: Sequence[str], decimal: str) -> _CellsSeen:
    filled = [cell for cell in cells if cell]
    if filled and is_time_text(filled[0]):
        return _CellsSeen(rows=len(cells), filled=len(filled), is_time_text=True, values=_finite(seconds_of(filled)))
    numbers = [number for cell in filled if (number := as_number(cell, decimal)) is not None]
    example = next((cell for cell in filled if BEGINS.match(cell) and as_number(cell, decimal) is None), "")
    return _CellsSeen(
        rows=len(cells),
        filled=len(filled),
        is_time_text=False,
        values=_finite(np.array(numbers, np.float64)),
        example=example,
    )


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.isfinite(values)]


def _of_maker(column: Column, maker: Maker) -> Column:
    if column.index in maker.electrodes:
        return replace(column, role="electrode", why_not="")
    if column.role not in ("electrode", "other"):
        return column
    return replace(column, role="other", why_not=f"is not an electrode of {maker.format}")


def _by_values(column: Column, seen: _CellsSeen, rate_hz: float | None, is_asked_for: bool) -> tuple[Column, list[str]]:
    """Return the column with its role by its values, and notes about that."""
    if seen.is_time_text and seen.is_filled:
        role: Role = "electrode" if is_asked_for else "time"
        note = f"column {column.name} has dates or times of day: it is read as a clock"
        return replace(column, role=role, scale=None, why_not="has dates or times of day"), [note][is_asked_for:]
    if is_asked_for:
        return column, []
    if not ELECTRODE_NAME.fullmatch(column.name) and marks_events(seen.values, seen.rows, seen.filled):
        return _taken(column, "marker", "changes like triggers")
    if not len(seen.values):
        return _without_numbers(column, seen)
    return _by_numbers(column, seen, rate_hz) if len(seen.values) == seen.filled else (column, [])


def _by_numbers(column: Column, seen: _CellsSeen, rate_hz: float | None) -> tuple[Column, list[str]]:
    if counts_time(seen.values, rate_hz):
        return _taken(column, "time", "grows steadily, like a clock")
    if counts_packets(seen.values):
        return _taken(column, "counter", "counts, like a counter of packets")
    return column, []


def _without_numbers(column: Column, seen: _CellsSeen) -> tuple[Column, list[str]]:
    """Return the role of a column without numbers: invalid numbers, text, or blank."""
    if seen.example and seen.filled == seen.rows:
        return replace(column, scale=None, why_not=f"has '{seen.example[:20]}', which is not a number"), []
    why_not = "has text" if seen.filled else "is blank"
    return replace(column, role="text", scale=None, why_not=why_not), [
        f"column {column.name} {why_not}, and is omitted"
    ]


def _taken(column: Column, role: Role, why_not: str) -> tuple[Column, list[str]]:
    note = f"column {column.name} {why_not}: it is not read as an electrode (--channels {column.name} reads it as one)"
    return replace(column, role=role, why_not=why_not), [note]


def _rank(column: Column, seen: _CellsSeen) -> tuple[bool, int]:
    """Return how informative a clock is: whether its unit is known, and its number of distinct values."""
    lowest = float(seen.values.min())
    is_known = seen.is_time_text or column.unit_s is not None or any(lowest >= EPOCHS_S[0] * scale for scale in SCALES)
    return is_known, len(np.unique(seen.values))
