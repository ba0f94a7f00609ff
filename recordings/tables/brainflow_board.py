"""The columns of a table that BrainFlow wrote, by its own list of boards: tab-separated numbers without names.

Source: https://brainflow.readthedocs.io, DataFilter.write_file and BoardShim.get_board_descr; potentials are in uV.
"""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass
from typing import Any

from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.layout import Layout

NAMED = 8  # boards that a message names before it only counts
NAMES = {"package_num_channel": "Package number", "timestamp_channel": "Timestamp", "marker_channel": "Marker"}
KINDS = ("eeg", "emg", "ecg", "eog")


@dataclass(frozen=True)
class Board:
    """name : BrainFlow's; names : of its columns, in their order; electrodes : their positions; rate_hz : nominal."""

    name: str
    names: tuple[str, ...]
    electrodes: tuple[int, ...]
    rate_hz: float


def board_of(wanted: str, width: int) -> Board:
    """The board of a name or a number, whose table is so wide; raises RecordingError."""
    boards = _boards()
    name = wanted.strip().upper().replace("-", "_").replace(" ", "_")
    found = next((b for b in boards if name in (b, b.removesuffix("_BOARD"), str(boards[b].get("id")))), None)
    if found is None:
        near = difflib.get_close_matches(name, boards, NAMED, 0.4)
        raise RecordingError(f"board {wanted[:40]}: BrainFlow has none of that name; near: {', '.join(near) or 'none'}")
    described = boards[found]
    rows = described["num_rows"]
    if rows != width:
        raise RecordingError(
            f"board {found}: BrainFlow writes {rows} columns for it, and the table has {width}{_likely(width)}"
        )
    names, electrodes = _named(described)
    if not electrodes:
        raise RecordingError(f"board {found}: BrainFlow knows no EEG, EMG, ECG or EOG channel of it")
    return Board(found, names, electrodes, float(described["sampling_rate"]))


def without_names(layout: Layout) -> str:
    """What to say of a table that begins with numbers."""
    line = f"line {layout.header_line + 1} holds numbers"
    way_out = "write the names of the columns into a line above them"
    if layout.separator != "\t":
        return f"{line}; wanted a header row of column names: {way_out}"
    try:
        likely = _likely(layout.width)
    except RecordingError:
        likely = "; that wants the package brainflow (pip install brainflow)"
    return (
        f"{line}: tab-separated, without a header row of names, as BrainFlow writes it; give its board (--board "
        f"NAME){likely}; or {way_out}"
    )


def _likely(width: int) -> str:
    """The boards whose tables are so wide, to follow a clause."""
    names = [name for name, board in _boards().items() if board["num_rows"] == width]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"; {width} columns: {', '.join(names[:NAMED]) or 'of no board'}{more}"


def _boards() -> dict[str, dict[str, Any]]:
    """What BrainFlow says of each board that writes tables, by its name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports pkg_resources
            from brainflow.board_shim import BoardIds, BoardShim
            from brainflow.exit_codes import BrainFlowError

            return _described(BoardIds, BoardShim, BrainFlowError)
    except ImportError:
        raise RecordingError("a board's columns are known to the package brainflow: pip install brainflow") from None


def _described(boards: Any, shim: Any, no_board: type[Exception]) -> dict[str, dict[str, Any]]:
    found = {}
    for board in boards:
        try:
            described = shim.get_board_descr(board.value)
        except no_board:
            continue
        if "num_rows" in described:
            found[board.name] = {**described, "id": board.value}
    return found


def _named(described: dict[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names of all columns, and the positions of the electrodes."""
    names = [f"Column {i + 1}" for i in range(described["num_rows"])]
    for key, name in NAMES.items():
        if key in described:
            names[described[key]] = name
    own = described.get("eeg_names", "").split(",")
    electrodes = sorted({i for kind in KINDS for i in described.get(f"{kind}_channels", [])})
    for i in electrodes:
        kinds = [kind for kind in KINDS if i in described.get(f"{kind}_channels", [])]
        channels = described[f"{kinds[0]}_channels"]
        if kinds[0] == "eeg" and len(own) == len(channels):
            names[i] = own[channels.index(i)]
        else:
            names[i] = f"{'ExG' if len(kinds) > 1 else kinds[0].upper()} {channels.index(i) + 1}"
    return tuple(names), tuple(electrodes)
