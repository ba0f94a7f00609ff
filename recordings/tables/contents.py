"""What a whole table says beside its signal: the line of each sample, its clock, its counter, its events.

The signal itself is not kept: it is read when it is wanted, and may be large.
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

NOTHING = {"na", "n/a", "null", "none", "false", "-"}  # words that programs write where there is no marker


@dataclass(frozen=True)
class Wanted:
    """Which columns are to be seen, by position.

    clock : the time of each row, as text where it is dates or times of day; None without one
    counters, markers : as they are
    times : all that tell the time or count, so that a row may be an event though they are filled
    channels : how many are to be read, for the size of the signal
    mark : what each electrode holds in a row that is a mark; empty for none
    """

    clock: int | None
    clock_is_text: bool
    counters: tuple[int, ...]
    markers: tuple[int, ...]
    times: tuple[int, ...]
    channels: int
    mark: str = ""


@dataclass
class Contents:
    """What was seen, in the file's order.

    lines : of each sample, int64 [samples]
    stamps : of each sample, in the clock's unit, float64 [samples]
    counts : of each counter, float64 [samples]
    events : at which sample each happened or before which, its own stamp or NaN, and its label
    event_lines : of rows that are no samples, int64
    notes : on values of markers at which nothing happens
    """

    lines: NDArray[np.int64]
    stamps: NDArray[np.float64] | None
    counts: list[NDArray[np.float64]]
    events: list[tuple[int, float, str]]
    event_lines: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass
class _Seen:
    """What was seen so far."""

    lines: list[NDArray[np.int64]] = field(default_factory=list)
    is_event: list[NDArray[np.bool_]] = field(default_factory=list)
    clock: list[NDArray[Any]] = field(default_factory=list)
    counts: list[NDArray[np.float64]] = field(default_factory=list)
    labels: list[tuple[int, str, bool]] = field(default_factory=list)  # row, label, whether the row is an event
    changes: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # row and label, of each marker
    last: dict[int, str] = field(default_factory=dict)
    rows: int = 0


def look_through(table: Table, wanted: Wanted, max_gb: float) -> Contents:
    """See every row.

    Raises
    ------
    RecordingError
        Rows of another length; a stamp or a count that is none; more samples than fit into so many GB.
    """
    seen, most = _Seen(), max_gb * GB / 8 / max(1, wanted.channels)
    for piece in table.pieces():
        _see(table, wanted, piece, seen)
        if seen.rows > most:
            raise RecordingError(
                f"more than {seen.rows:,} samples of {wanted.channels:,} channels take more than the {max_gb:g} GB "
                f"of memory that are read at most: {RAISE_IT}"
            )
    if not seen.lines:
        raise RecordingError("holds no samples; wanted a header row and one row a sample")
    lines, is_event = np.concatenate(seen.lines), np.concatenate(seen.is_event)
    if is_event.all():
        raise RecordingError("holds no samples, only events")
    stamps = _stamps(table, wanted, seen, lines)
    counts = np.concatenate(seen.counts) if wanted.counters else np.empty((len(lines), 0))
    sample_of = np.concatenate([[0], np.cumsum(~is_event)])  # of the row, or of the next that is one
    labels, notes = _labels_of_changes(table, seen)
    events = [
        (int(sample_of[row]), float(stamps[row]) if own and stamps is not None else np.nan, label)
        for row, label, own in [*seen.labels, *labels]
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
    """The signal, float64 [samples, columns], as the file has it; raises RecordingError for a cell that is no finite
    number."""
    data = np.empty((len(contents.lines), len(columns)))
    done = 0
    for whole in table.pieces():
        piece = whole.without(contents.event_lines)
        values = table.numbers(piece, columns)
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, i = bad[0].tolist()
            cell = split(piece.rows[row], table.separator, 0)[columns[i]]
            found = f"'{cell[:40]}'" if cell else "nothing"
            where = f"line {piece.lines[row]}, column {table.name(columns[i])}"
            raise RecordingError(f"{found} in {where}: every cell must be a finite number")
        if done + len(values) > len(data):
            raise RecordingError("grew while it was read; read it again when it is whole")
        data[done : done + len(values)] = values
        done += len(values)
    if done < len(data):
        raise RecordingError("shrank while it was read; read it again when it is whole")
    return data


def _see(table: Table, wanted: Wanted, piece: Piece, seen: _Seen) -> None:
    is_event = np.zeros(len(piece.rows), bool)
    if wanted.markers or wanted.mark:
        labels = [_labels(column) for column in table.texts(piece, wanted.markers)]
        for row in _rows_without_signal(table, wanted, piece, labels):
            is_event[row] = True
        _see_labels(wanted, labels, is_event, seen)
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
    """Rows that are events and no samples: marks, and rows with a label in which all that is no clock is blank."""
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


def _see_labels(wanted: Wanted, labels: Sequence[NDArray[Any]], is_event: NDArray[np.bool_], seen: _Seen) -> None:
    for row in np.flatnonzero(is_event).tolist():
        found = [column[row] for column in labels if column[row]] or ["mark"]
        seen.labels += [(seen.rows + row, label, True) for label in found]
    samples = np.flatnonzero(~is_event)
    for marker, column in zip(wanted.markers, labels, strict=True):
        values = np.concatenate([[seen.last.get(marker, "")], column[samples]])
        changed = samples[values[1:] != values[:-1]] if marker in seen.last else samples[_begins(values[1:])]
        seen.changes.setdefault(marker, []).extend((seen.rows + int(i), column[i]) for i in changed)
        if len(samples):
            seen.last[marker] = values[-1]


def _begins(values: NDArray[Any]) -> NDArray[np.intp]:
    """Where another value begins; the first does."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])[: len(values)])


def _labels_of_changes(table: Table, seen: _Seen) -> tuple[list[tuple[int, str, bool]], list[str]]:
    """Labels as in `_Seen`, of changes to a value at which something happens; and sentences on those at which nothing
    does."""
    labels, notes = [], []
    for marker, changes in seen.changes.items():
        rows, values = [row for row, _ in changes], [value for _, value in changes]
        idle: set[str] = set()
        if all(is_number(value) for value in values):
            found = idle_values(np.array(values, np.float64), np.diff(rows, append=seen.rows))
            idle = {number_text(value) for value in found}
            notes += [note] if (note := idle_note(table.name(marker), found)) else []
        labels += [(row, value, False) for row, value in changes if value and value not in idle]
    return labels, notes


def label_of(cell: str) -> str:
    """`1.0` as `1`; 0, blank, `nan` and words for nothing as nothing; text as it is."""
    if is_number(cell):
        value = float(cell)
        return "" if value == 0 else number_text(value) if math.isfinite(value) else ""
    return "" if cell.casefold() in NOTHING else cell


def _stamps(table: Table, wanted: Wanted, seen: _Seen, lines: NDArray[np.int64]) -> NDArray[np.float64] | None:
    if wanted.clock is None:
        return None
    cells = np.concatenate(seen.clock)
    stamps = seconds_of(cells.tolist()) if wanted.clock_is_text else np.asarray(cells, np.float64)
    bad = np.flatnonzero(~np.isfinite(stamps) & ~np.concatenate(seen.is_event))
    if len(bad):
        row = int(bad[0])
        cell = f"'{str(cells[row])[:40]}'" if wanted.clock_is_text else "no time"
        raise RecordingError(
            f"{cell} in line {lines[row]}, column {table.name(wanted.clock)}: every cell of the column that tells the "
            "time must be a time; mend or remove that line"
        )
    return stamps


def _counts(table: Table, column: int, counts: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.float64]:
    bad = np.flatnonzero(~np.isfinite(counts))
    if len(bad):
        raise RecordingError(
            f"no number in line {lines[bad[0]]}, column {table.name(column)}: every cell of the column that counts "
            "samples must be one; mend or remove that line"
        )
    return counts
