"""Tables as text: electrodes in uV, parts without gaps by clocks and counters, events.

The reader supports `.csv`, `.tsv` and `.txt`, plain or gzipped, in UTF-8 or UTF-16, with names in the first row; and
the tables of OpenBCI, Mind Monitor, OpenEarable and BrainFlow, see `earloop.recordings.tables.makers` and
`brainflow_board`. Columns without a unit in their names are in uV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.column_names import Column
from earloop.recordings.reading.limits import check_channels
from earloop.recordings.reading.opened_file import FileChannel, OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.brainflow_board import board_of, without_names
from earloop.recordings.tables.breaks import Gap, gaps_of_clock, interruptions, join, parts_of
from earloop.recordings.tables.contents import Contents, Wanted, look_through, read_samples
from earloop.recordings.tables.counters import find_losses
from earloop.recordings.tables.events import place
from earloop.recordings.tables.layout import SEPARATORS, Layout, sniff
from earloop.recordings.tables.makers import Maker, maker_of, ragged_of
from earloop.recordings.tables.rate import choose_rate
from earloop.recordings.tables.roles import ColumnRoles, judge_columns
from earloop.recordings.tables.rows import Table
from earloop.recordings.tables.stamps import Tempo, tempo_of
from earloop.recordings.tables.text import complaints_of, read_blocks


def open_table(path: Path, options: ReadOptions) -> OpenedFile:
    """Determine a table's layout and the roles of its columns, and read all rows except the signal.

    Raises
    ------
    RecordingError
        The file is not text; its layout is ambiguous; a row has another length; a cell of a clock or counter is
        invalid; there is no rate, or the stamps contradict it; the samples exceed the memory limit.
    """
    with complaints_of(path):
        layout, maker = _layout(path, options)
        table = Table(path, layout, ragged_of(layout, maker))
        asked_for = options.channels or ()
        file_hz = None if maker is None else maker.rate_hz
        judged = judge_columns(table, layout.names, maker, asked_for, options.rate_hz or file_hz)
        contents = look_through(table, _wanted(judged, maker, asked_for), options.max_gb)
        return _opened(table, maker, judged, contents, options)


def _layout(path: Path, options: ReadOptions) -> tuple[Layout, Maker | None]:
    """Return the table's layout, with the names of its columns from the table, a board or its maker."""
    layout = sniff(read_blocks(path))
    check_channels(path, layout.width)
    if layout.names:
        if options.board is not None:
            raise RecordingError(f"board {options.board}: this table has names for its columns; omit the board")
        return layout, maker_of(layout)
    if options.board is not None:
        board = board_of(options.board, layout.width)
        maker = Maker(format=f"BrainFlow, {board.name}", electrodes=board.electrodes, rate_hz=board.rate_hz)
        return replace(layout, names=board.names), maker
    nameless = maker_of(layout)
    if nameless is None:
        raise RecordingError(without_names(layout))
    return replace(layout, names=nameless.names), nameless


def _wanted(judged: ColumnRoles, maker: Maker | None, asked_for: Sequence[str]) -> Wanted:
    columns = judged.columns
    return Wanted(
        clock=None if judged.clock is None else judged.clock.index,
        clock_is_text=judged.clock_is_text,
        counters=tuple(column.index for column in judged.counters),
        markers=tuple(column.index for column in columns if column.role == "marker"),
        times=tuple(column.index for column in columns if column.role in ("time", "counter")),
        channels=len(asked_for) or sum(column.role == "electrode" for column in columns),
        mark="" if maker is None else maker.mark,
    )


def _opened(
    table: Table, maker: Maker | None, judged: ColumnRoles, contents: Contents, options: ReadOptions
) -> OpenedFile:
    file_hz = None if maker is None else maker.rate_hz
    clock, tempo = judged.clock, None
    gaps: list[Gap] = []
    if clock is not None and contents.stamps is not None:
        tempo, gaps = _by_clock(contents.stamps, judged, options.rate_hz or file_hz)
    name = "" if clock is None else clock.name
    rate_hz, notes = choose_rate(table.path, options.rate_hz, maker, tempo, name)
    shows_gaps = tempo is not None
    for column, counts in zip(judged.counters, contents.counts, strict=True):
        losses = find_losses(counts)
        shows_gaps = shows_gaps or losses is not None
        if losses is None:
            notes += (f"column {column.name} does not count steadily: it cannot show lost samples",)
        else:
            gaps = join(gaps, losses)
    if not shows_gaps:
        gaps = interruptions(contents.lines, contents.event_lines)
    parts = parts_of(gaps, contents.lines, rate_hz)
    firsts = [0, *(gap.sample for gap in gaps)]
    period = 1.0 if tempo is None else tempo.period
    return OpenedFile(
        path=table.path,
        format=maker.format if maker is not None else f"table separated by {SEPARATORS[table.layout.separator]}",
        channels=tuple(
            FileChannel(
                name=column.name,
                unit=column.unit,
                rate_hz=rate_hz,
                scale=column.scale,
                is_electrode=column.role == "electrode",
                why_not=column.why_not,
            )
            for column in judged.columns
        ),
        parts=parts,
        events=place(contents, parts, firsts, period, rate_hz),
        read=_Signal(table, judged.columns, contents, [*firsts, len(contents.lines)]).read,
        notes=table.layout.notes + judged.notes + notes + contents.notes,
    )


def _by_clock(
    stamps: NDArray[np.float64], judged: ColumnRoles, rate_hz: float | None
) -> tuple[Tempo | None, list[Gap]]:
    """Return the tempo and the gaps of a clock; nothing if it does not grow."""
    period, gaps = gaps_of_clock(stamps)
    if not period:
        return None, []
    unit_s = 1.0 if judged.clock_is_text else judged.clock.unit_s if judged.clock else None
    return tempo_of(stamps, period, [gap.sample for gap in gaps], unit_s, rate_hz), gaps


class _Signal:
    """The samples of a table, which are read once for all parts, and again for other columns."""

    def __init__(self, table: Table, columns: Sequence[Column], contents: Contents, edges: Sequence[int]) -> None:
        self._table, self._columns, self._contents, self._edges = table, columns, contents, edges
        self._read: tuple[tuple[int, ...], NDArray[np.float64]] | None = None

    def read(self, columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        """Return columns of a part in uV, as `OpenedFile.read` specifies."""
        wanted = tuple(columns)
        if self._read is None or self._read[0] != wanted:
            with complaints_of(self._table.path):
                self._read = wanted, read_samples(self._table, wanted, self._contents)
        data = self._read[1][self._edges[part] : self._edges[part + 1]]
        return [data[:, i] * (self._columns[column].scale or 1.0) for i, column in enumerate(wanted)]
