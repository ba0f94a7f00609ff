"""A table that lists a researcher's recordings, one a line, and what is known of each.

| column | meaning |
|---|---|
| path | the recording, relative to the table; the only column that must be there |
| subject, session, run, fold | who it is of, and its fold for the split own-folds |
| events | table of its events, relative to this table; empty means the events in the recording |
| events_unit | unit of their onsets: s, ms or samples |
| channels | channels to read, `T7;T8` |
| rate | sampling rate in Hz, of a table of samples that does not say it |
| map | channels to rename, `EarL=T7;EarR=T8` |
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tasks.own.events_file import EVENTS_UNITS, EventsFile, EventsForm, EventsUnit, read_rows
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.own_file import OwnFile
from earloop.recordings.reading.options import ReadOptions

COLUMNS = ("path", "subject", "session", "run", "fold", "events", "events_unit", "channels", "rate", "map")


def manifest_files(table: Path, options: ReadOptions, bad: BadFiles, form: EventsForm) -> list[OwnFile]:
    """Return the files that a table lists.

    Parameters
    ----------
    options : how to read each file, where the table does not say it
    form : how the tables of events are read, where the table does not say it

    Raises
    ------
    RecordingError
        The table cannot be read.
    ModelError
        A column is not known, there is no column `path`, a file is missing or listed twice, or a cell is not valid.
    """
    columns, rows = read_rows(table)
    if unknown := [column for column in columns if column not in COLUMNS]:
        raise ModelError(f"{table}: no such column as {', '.join(unknown)}; valid: {', '.join(COLUMNS)}")
    if "path" not in columns:
        raise ModelError(f"{table}: no column path; it has {', '.join(columns)}")
    found: dict[Path, int] = {}
    files = []
    for line, row in rows:
        path = table.parent / row["path"]
        if path in found:
            raise ModelError(
                f"{table}: line {line} lists {row['path']}, as line {found[path]} does; list each file once"
            )
        found[path] = line
        with bad.of(row["path"]):
            files.append(_file(table, line, row, options, form))
    if not rows:
        raise ModelError(f"{table}: lists no recording; wanted a line for each")
    return files


def _file(table: Path, line: int, row: dict[str, str], options: ReadOptions, form: EventsForm) -> OwnFile:
    where = f"{table}: line {line}"
    path = table.parent / row["path"]
    if not row["path"] or not path.exists():
        raise ModelError(f"{where}: {row['path'] or 'the path'} is not there; wanted a file relative to {table.parent}")
    channels = tuple(name.strip() for name in row.get("channels", "").split(";") if name.strip())
    return OwnFile(
        path=path,
        name=row["path"],
        subject=row.get("subject", ""),
        session=row.get("session", ""),
        run=row.get("run", ""),
        fold=row.get("fold", ""),
        options=replace(
            options,
            channels=channels or options.channels,
            rate_hz=_rate(where, row.get("rate", "")) or options.rate_hz,
            renames=_renames(where, row.get("map", "")) or options.renames,
        ),
        events=_events(where, table, row, form),
    )


def _events(where: str, table: Path, row: dict[str, str], form: EventsForm) -> EventsFile | None:
    if not row.get("events"):
        return None
    path = table.parent / row["events"]
    if not path.is_file():
        raise ModelError(f"{where}: events {row['events']} is not there; wanted a file relative to {table.parent}")
    return EventsFile(path, replace(form, unit=_unit(where, row, form)))


def _unit(where: str, row: dict[str, str], form: EventsForm) -> EventsUnit:
    text = row.get("events_unit", "")
    if not text:
        return form.unit
    for unit in EVENTS_UNITS:
        if unit == text:
            return unit
    raise ModelError(f"{where}: events_unit {text}: wanted {', '.join(EVENTS_UNITS)}")


def _rate(where: str, text: str) -> float | None:
    if not text:
        return None
    try:
        rate_hz = float(text)
    except ValueError:
        rate_hz = math.nan
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ModelError(f"{where}: rate {text}: wanted a number above 0, in Hz")
    return rate_hz


def _renames(where: str, text: str) -> tuple[tuple[str, str], ...]:
    pairs = [pair.partition("=") for pair in text.split(";") if pair.strip()]
    if any(not (old.strip() and equals and new.strip()) for old, equals, new in pairs):
        raise ModelError(f"{where}: map {text}: wanted NAME=ELECTRODE;NAME=ELECTRODE, such as EarL=T7;EarR=T8")
    return tuple((old.strip(), new.strip()) for old, _, new in pairs)
