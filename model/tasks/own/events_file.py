"""The events of a recording in a table of their own: a line for each event, with its onset, duration and label.

BIDS `events.tsv` files are such tables, as are those that people keep in a spreadsheet. The separator is a tab, a
semicolon or a comma, whichever the first line has.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from earloop.recordings import Annotation, Recording, RecordingError
from earloop.system.text import visible

EventsUnit = Literal["s", "ms", "samples"]
EVENTS_UNITS: tuple[EventsUnit, ...] = get_args(EventsUnit)
LABEL_COLUMNS = ("trial_type", "label", "description", "event", "value")  # the first that a table has
NO_VALUE = ("", "n/a", "na", "nan")  # BIDS writes n/a, pandas nothing


@dataclass(frozen=True)
class EventsForm:
    """How tables of events are read.

    unit : unit of onsets and durations; samples are those of the recording's file, the first is 0
    label : name of the column of labels; None means the first of `LABEL_COLUMNS` that is there
    """

    unit: EventsUnit = "s"
    label: str | None = None


@dataclass(frozen=True)
class EventsFile:
    """A table of events."""

    path: Path
    form: EventsForm = EventsForm()

    def read(self, recording: Recording, name: str, values: str | None) -> tuple[Annotation, ...]:
        """Return the events of a recording, sorted by onset; `values` names a column of numbers, their amplitudes.

        Raises
        ------
        RecordingError
            The file cannot be read or lacks a column; a cell is no number; an event is outside the recording.
        """
        columns, rows = read_rows(self.path)
        label = self._label(columns)
        for column in ("onset", label, *([values] if values else [])):
            if column not in columns:
                raise RecordingError(f"{self.path}: no column {column}; it has {', '.join(columns)}")
        step_s = {"s": 1.0, "ms": 1e-3, "samples": 1 / recording.sfreq}[self.form.unit]
        notes = []
        for line, row in rows:
            onset_s = step_s * _number(self.path, line, "onset", row["onset"])
            self._check_inside(line, onset_s, recording.duration_s, name)
            notes.append(
                Annotation(
                    onset_s,
                    step_s * _number(self.path, line, "duration", row.get("duration") or "0", otherwise=0.0),
                    visible(row[label]),
                    _value(self.path, line, values, row[values]) if values else None,
                )
            )
        return tuple(sorted(notes, key=lambda note: note.onset_s))

    def _label(self, columns: Sequence[str]) -> str:
        if self.form.label is not None:
            return self.form.label
        found = [column for column in LABEL_COLUMNS if column in columns]
        if not found:
            raise RecordingError(
                f"{self.path}: no column of labels among {', '.join(columns)}; wanted one of "
                f"{', '.join(LABEL_COLUMNS)}, or its name (--label-column)"
            )
        return found[0]

    def _check_inside(self, line: int, onset_s: float, duration_s: float, name: str) -> None:
        if onset_s < 0:
            raise RecordingError(
                f"{self.path}: line {line}: the event is at {onset_s:g} s, before the first sample of {name}; wanted "
                "seconds from the first sample"
            )
        if onset_s >= duration_s:
            others = " or ".join(unit for unit in EVENTS_UNITS if unit != self.form.unit)
            raise RecordingError(
                f"{self.path}: line {line}: the event is at {onset_s:g} s, but {name} lasts {duration_s:g} s: if its "
                f"onsets are in {others}, say so (--events-unit); else it is the table of another recording"
            )


def read_rows(path: Path) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    """Return the columns of a table of text, and each of its rows with the number of its line.

    Raises
    ------
    RecordingError
        The file is missing, no text, or empty; or a row has more or fewer cells than the first line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise RecordingError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text in UTF-8"
        raise RecordingError(f"{path}: cannot be read ({reason})") from None
    if not lines or not lines[0].strip():
        raise RecordingError(f"{path}: is empty; wanted a line of column names, then a line for each row")
    separator = next((mark for mark in "\t;," if mark in lines[0]), ",")
    try:
        parsed = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise RecordingError(f"{path}: is no table of text ({error}); wanted short cells, and closed quotes") from None
    columns = tuple(cell.strip() for cell in parsed[0])
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise RecordingError(f"{path}: two columns are called {', '.join(twice)}; wanted each name once")
    rows = []
    for line, cells in enumerate(parsed[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise RecordingError(
                f"{path}: line {line} has {len(cells)} cells; wanted {len(columns)}, as the first line"
            )
        rows.append((line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    return columns, rows


def _value(path: Path, line: int, column: str, text: str) -> float | None:
    """Return the number of a cell; None where the cell says that there is none."""
    return None if text.lower() in NO_VALUE else _number(path, line, column, text)


def _number(path: Path, line: int, column: str, text: str, otherwise: float | None = None) -> float:
    """Return the finite number of a cell; `otherwise` is that of an empty cell."""
    if otherwise is not None and text.lower() in NO_VALUE:
        return otherwise
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RecordingError(f"{path}: line {line}: {column} is {text or 'empty'}; wanted a number")
    return number
