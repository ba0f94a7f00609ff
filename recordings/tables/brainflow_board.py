"""The columns of a table that BrainFlow wrote, from its list of boards: tab-separated numbers without names.

Source: https://brainflow.readthedocs.io, DataFilter.write_file and BoardShim.get_board_descr; potentials are in uV.
"""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass
from typing import Any

from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.layout import Layout
from earloop.spec.errors import MissingExtraError, naming_extras

NAMED = 8  # a message names so many boards, and counts the others
NAMES = {"package_num_channel": "Package number", "timestamp_channel": "Timestamp", "marker_channel": "Marker"}
KINDS = ("eeg", "emg", "ecg", "eog")


@dataclass(frozen=True, kw_only=True)
class BrainFlowBoard:
    """A board of BrainFlow.

    name : BrainFlow's name of the board
    names : names of the columns, in order
    electrodes : positions of the electrodes
    rate_hz : nominal rate
    """

    name: str
    names: tuple[str, ...]
    electrodes: tuple[int, ...]
    rate_hz: float


def board_of(wanted: str, width: int) -> BrainFlowBoard:
    """Return the board of a name or a number; raises RecordingError unless its tables have `width` columns."""
    boards = _boards()
    name = wanted.strip().upper().replace("-", "_").replace(" ", "_")
    key = next((b for b in boards if name in (b, b.removesuffix("_BOARD"), str(boards[b].get("id")))), None)
    if key is None:
        near = difflib.get_close_matches(name, boards, NAMED, 0.4)
        raise RecordingError(
            f"board {wanted[:40]}: BrainFlow has no board of this name; similar: {', '.join(near) or 'none'}"
        )
    described = boards[key]
    rows = described["num_rows"]
    if rows != width:
        raise RecordingError(
            f"board {key}: BrainFlow writes {rows} columns for it, but the table has {width}{_likely(width)}"
        )
    names, electrodes = _named(described)
    if not electrodes:
        raise RecordingError(f"board {key}: BrainFlow lists no EEG, EMG, ECG or EOG channel for it")
    return BrainFlowBoard(name=key, names=names, electrodes=electrodes, rate_hz=float(described["sampling_rate"]))


def without_names(layout: Layout) -> str:
    """Return the message about a table that begins with numbers."""
    line = f"line {layout.header_line + 1} has numbers"
    way_out = "add a line with the names of the columns above them"
    if layout.separator != "\t":
        return f"{line}; wanted a header row of column names: {way_out}"
    try:
        likely = _likely(layout.width)
    except MissingExtraError as error:
        likely = f"; {error}"
    return (
        f"{line}: tab-separated, without a header row of names, as BrainFlow writes it; give its board (--board "
        f"NAME){likely}; or {way_out}"
    )


def _likely(width: int) -> str:
    """Return the boards whose tables have so many columns, for the end of a sentence."""
    names = [name for name, board in _boards().items() if board["num_rows"] == width]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"; {width} columns: {', '.join(names[:NAMED]) or 'of no board'}{more}"


def _boards() -> dict[str, dict[str, Any]]:
    """Return BrainFlow's description of each board that writes tables, by its name."""
    with naming_extras(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports pkg_resources
        from brainflow.board_shim import BoardIds, BoardShim
        from brainflow.exit_codes import BrainFlowError

        return _described(BoardIds, BoardShim, BrainFlowError)


def _described(boards: Any, shim: Any, no_board: type[Exception]) -> dict[str, dict[str, Any]]:
    by_name = {}
    for board in boards:
        try:
            described = shim.get_board_descr(board.value)
        except no_board:
            continue
        if "num_rows" in described:
            by_name[board.name] = {**described, "id": board.value}
    return by_name


def _named(described: dict[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the names of all columns, and the positions of the electrodes."""
    names = [f"Column {i + 1}" for i in range(described["num_rows"])]
    for key, name in NAMES.items():
        if key in described:
            names[described[key]] = name
    eeg_names = described.get("eeg_names", "").split(",")
    electrodes = sorted({i for kind in KINDS for i in described.get(f"{kind}_channels", [])})
    for i in electrodes:
        kinds = [kind for kind in KINDS if i in described.get(f"{kind}_channels", [])]
        channels = described[f"{kinds[0]}_channels"]
        if kinds[0] == "eeg" and len(eeg_names) == len(channels):
            names[i] = eeg_names[channels.index(i)]
        else:
            names[i] = f"{'ExG' if len(kinds) > 1 else kinds[0].upper()} {channels.index(i) + 1}"
    return tuple(names), tuple(electrodes)
