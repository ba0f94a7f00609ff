"""The contents of a table without its signal: lines of samples, stamps of the clock, counters, events.

The signal may be large. It is read later, when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earloop.recordings.reading.limits import GB, RAISE_IT
from earloop.recordings.reading.trigger_values import idle_note, idle_values
from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.layout import is_number, split
from earloop.recordings.tables.rows import Piece, Table
from earloop.recordings.tables.stamps import seconds_of
from earloop.recordings.xdf.stream_events import number_text

NOTHING = {"na", "n/a", "null", "none", "false", "-"}  # words that programs write for no marker


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The columns to read, by position.

    clock : column with the time of each row; None without one
    clock_is_text : whether the times are dates or times of day
    counters, markers : columns of counters and of markers
    times : all clocks and counters; a row with an event may have values in them
    channels : number of channels to read, for the size of the signal
    mark : value of each electrode in a row that is a mark; empty for none
    """

    clock: int | None
    clock_is_text: bool
    counters: tuple[int, ...]
    markers: tuple[int, ...]
    times: tuple[int, ...]
    channels: int
    mark: str = ""


@dataclass(kw_only=True)
class Contents:
    """The contents of a table, in the file's order.

    lines : line of each sample, int64 [samples]
    stamps : stamp of each sample, in the clock's unit, float64 [samples]
    counts : for each counter, float64 [samples]
    events : of each event, the sample at or after it, its stamp or NaN, and its label
    event_lines : lines of rows that are events and not samples, int64
    notes : notes about idle values of markers
    """

    lines: NDArray[np.int64]
    stamps: NDArray[np.float64] | None
    counts: list[NDArray[np.float64]]
    events: list[tuple[int, float, str]]
    event_lines: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass
class _ContentsSeen:
    """The contents of the rows so far."""

    lines: list[NDArray[np.int64]] = field(default_factory=list)
    is_event: list[NDArray[np.bool_]] = field(default_factory=list)
    clock: list[NDArray[Any]] = field(default_factory=list)
    counts: list[NDArray[np.float64]] = field(default_factory=list)
    labels: list[tuple[int, str, bool]] = field(default_factory=list)  # row, label, whether the row is an event
    changes: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # row and label, of each marker
    last: dict[int, str] = field(default_factory=dict)
    rows: int = 0


def look_through(table: Table, wanted: Wanted, max_gb: float) -> Contents:
    """Read all rows except the signal.

    Raises
    ------
    RecordingError
        A row has another length; a stamp or a count is invalid; the samples exceed `max_gb`.
    """
    seen, most = _ContentsSeen(), max_gb * GB / 8 / max(1, wanted.channels)
    for piece in table.pieces():
        _add(table, wanted, piece, seen)
        if seen.rows > most:
            raise RecordingError(
                f"more than {seen.rows:,} samples of {wanted.channels:,} channels exceed the limit of {max_gb:g} GB "
                f"of memory: {RAISE_IT}"
            )
    if not seen.lines:
        raise RecordingError("has no samples; wanted a header row and one row for each sample")
    lines, is_event = np.concatenate(seen.lines), np.concatenate(seen.is_event)
    if is_event.all():
        raise RecordingError("has no samples, only events")
    stamps = _stamps(table, wanted, seen, lines)
    counts = np.concatenate(seen.counts) if wanted.counters else np.empty((len(lines), 0))
    sample_of = np.concatenate([[0], np.cumsum(~is_event)])  # sample of each row, or of the next row that is a sample
    labels, notes = _labels_of_changes(table, seen)
    events = [
        (int(sample_of[row]), float(stamps[row]) if is_event_row and stamps is not None else np.nan, label)
        for row, label, is_event_row in [*seen.labels, *labels]
    ]
    samples = ~is_event
    return Contents(
        lines=lines[samples],
        stamps=None if stamps is None else stamps[samples],
        counts=[_counts(table, column, counts[samples, i], lines[samples]) for i, column in enumerate(wanted.counters)],
        events=events,
        event_lines=lines[is_event],
        notes=tuple(notes),
    )


def read_samples(table: Table, columns: Sequence[int], contents: Contents) -> NDArray[np.float64]:
    """Read the signal, float64 [samples, columns], without conversion.

    Raises
    ------
    RecordingError
        A cell is not a finite number, or the file changed since `look_through`.
    """
    data = np.empty((len(contents.lines), len(columns)))
    done = 0
    for whole in table.pieces():
        piece = whole.without(contents.event_lines)
        values = table.numbers(piece, columns)
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, i = bad[0].tolist()
            cell = split(piece.rows[row], table.separator, 0)[columns[i]]
            value = f"'{cell[:40]}'" if cell else "nothing"
            where = f"line {piece.lines[row]}, column {table.name(columns[i])}"
            raise RecordingError(f"{value} in {where}: every cell must be a finite number")
        if done + len(values) > len(data):
            raise RecordingError("grew while it was read; read it again when it is complete")
        data[done : done + len(values)] = values
        done += len(values)
    if done < len(data):
        raise RecordingError("shrank while it was read; read it again when it is complete")
    return data


def _add(table: Table, wanted: Wanted, piece: Piece, seen: _ContentsSeen) -> None:
    is_event = np.zeros(len(piece.rows), bool)
    if wanted.markers or wanted.mark:
        labels = [_labels(column) for column in table.texts(piece, wanted.markers)]
        for row in _rows_without_signal(table, wanted, piece, labels):
            is_event[row] = True
        _add_labels(wanted, labels, is_event, seen)
    if wanted.clock is not None:
        if wanted.clock_is_text:
            (cells,) = table.texts(piece, [wanted.clock])
            seen.clock.append(cells)
        else:
            seen.clock.append(table.numbers(piece, [wanted.clock])[:, 0])
    if wanted.counters:
        seen.counts.append(table.numbers(piece, wanted.counters))
    seen.lines.append(piece.lines)
    seen.is_event.append(is_event)
    seen.rows += len(piece.rows)


def _labels(column: NDArray[Any]) -> NDArray[Any]:
    codes, values = pd.factorize(column)
    return np.asarray(np.array([label_of(value) for value in values], object)[codes])


def _rows_without_signal(table: Table, wanted: Wanted, piece: Piece, labels: Sequence[NDArray[Any]]) -> Iterator[int]:
    """Yield rows that are events and not samples: marks, and rows with a label and otherwise only clocks filled."""
    separator, aside = table.separator, {*wanted.times, *wanted.markers}
    if wanted.mark:
        for row, line in enumerate(piece.rows):
            if wanted.mark in line:
                cells = split(line, separator, 0)
                if all(cell == wanted.mark for i, cell in enumerate(cells) if i not in aside):
                    yield row
        return
    labelled = np.any([column != "" for column in labels], axis=0)
    for row in np.flatnonzero(labelled).tolist():
        line = piece.rows[row]
        tight = line.replace(" ", "")
        has_blank = separator * 2 in tight or tight[:1] == separator or tight[-1:] == separator or '""' in tight
        if has_blank and not any(cell for i, cell in enumerate(split(line, separator, 0)) if i not in aside):
            yield row


def _add_labels(
    wanted: Wanted, labels: Sequence[NDArray[Any]], is_event: NDArray[np.bool_], seen: _ContentsSeen
) -> None:
    for row in np.flatnonzero(is_event).tolist():
        row_labels = [column[row] for column in labels if column[row]] or ["mark"]
        seen.labels += [(seen.rows + row, label, True) for label in row_labels]
    samples = np.flatnonzero(~is_event)
    for marker, column in zip(wanted.markers, labels, strict=True):
        values = np.concatenate([[seen.last.get(marker, "")], column[samples]])
        changed = samples[values[1:] != values[:-1]] if marker in seen.last else samples[_begins(values[1:])]
        seen.changes.setdefault(marker, []).extend((seen.rows + int(i), column[i]) for i in changed)
        if len(samples):
            seen.last[marker] = values[-1]


def _begins(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return the positions at which another value begins, including the first."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])[: len(values)])


def _labels_of_changes(table: Table, seen: _ContentsSeen) -> tuple[list[tuple[int, str, bool]], list[str]]:
    """Return labels as in `_ContentsSeen` for changes to a value that is not idle, and sentences about idle values."""
    labels, notes = [], []
    for marker, changes in seen.changes.items():
        rows, values = [row for row, _ in changes], [value for _, value in changes]
        idle: set[str] = set()
        if all(is_number(value) for value in values):
            idle_numbers = idle_values(np.array(values, np.float64), np.diff(rows, append=seen.rows))
            idle = {number_text(value) for value in idle_numbers}
            notes += [note] if (note := idle_note(table.name(marker), idle_numbers)) else []
        labels += [(row, value, False) for row, value in changes if value and value not in idle]
    return labels, notes


def label_of(cell: str) -> str:
    """Return the label of a marker's cell: `1.0` as `1`; empty for 0, blank, `nan` and words for nothing."""
    if is_number(cell):
        value = float(cell)
        return "" if value == 0 else number_text(value) if math.isfinite(value) else ""
    return "" if cell.casefold() in NOTHING else cell


def _stamps(table: Table, wanted: Wanted, seen: _ContentsSeen, lines: NDArray[np.int64]) -> NDArray[np.float64] | None:
    if wanted.clock is None:
        return None
    cells = np.concatenate(seen.clock)
    stamps = seconds_of(cells.tolist()) if wanted.clock_is_text else np.asarray(cells, np.float64)
    bad = np.flatnonzero(~np.isfinite(stamps) & ~np.concatenate(seen.is_event))
    if len(bad):
        row = int(bad[0])
        cell = f"'{str(cells[row])[:40]}'" if wanted.clock_is_text else "no time"
        raise RecordingError(
            f"{cell} in line {lines[row]}, column {table.name(wanted.clock)}: every cell of the clock's column must be "
            "a time; correct or remove that line"
        )
    return stamps


def _counts(table: Table, column: int, counts: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.float64]:
    bad = np.flatnonzero(~np.isfinite(counts))
    if len(bad):
        raise RecordingError(
            f"no number in line {lines[bad[0]]}, column {table.name(column)}: every cell of the counter's column must "
            "be a number; correct or remove that line"
        )
    return counts
