"""Tables of programs and devices with known columns: the electrodes, and the sampling rates.

- OpenBCI GUI 5 and later: `%` lines, then names; earlier versions have no names. A `%` line has the `Sample Rate`.
  Sources: OpenBCI_GUI, DataWriterODF.pde; before version 5, the text of those lines: "First Column = SampleIndex",
  "Other Columns = EEG data in microvolts followed by Accel Data".
- Mind Monitor, which records a Muse: `TimeStamp`, `RAW_*` in uV, and events in separate rows, in `Elements`.
  Source: https://mind-monitor.com/FAQ.php.
- OpenEarable ExG: `time,raw_data,filtered_data` in uV at 256 Hz; a key of its recorder sets a mark, a row of 1000000.
  Source: github.com/OpenEarable/open-earable-ExG, Code/record_and_realtime_plot_BLE.py and src/main.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.layout import Layout

SAMPLE_RATE = re.compile(r"%\s*Sample Rate\s*=\s*([0-9.]+)\s*Hz", re.IGNORECASE)
CHANNELS = re.compile(r"%\s*Number of channels\s*=\s*(\d+)", re.IGNORECASE)
EXG = re.compile(r"EXG Channel \d+", re.IGNORECASE)
RAW = re.compile(r"RAW_\w+")
OPEN_EARABLE = ("time", "raw_data", "filtered_data")
OPEN_EARABLE_2 = re.compile(r"timestamp_us(,ch\d_raw_uV)+(,ch\d_filtered_uV)+")
MARK = "1000000"  # in both columns of an OpenEarable ExG
CYTON_AXES = 3  # columns of its accelerometer
BOARDS_CHANNELS = (4, 8, 16)  # a Ganglion, a Cyton, a Cyton with its Daisy module


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A known kind of table.

    format : its usual name
    electrodes : positions of the electrodes; no other column is an electrode
    rate_hz : sampling rate in the file
    usual_rates_hz : possible sampling rates of the device; one is used if the stamps agree with it
    events : whether events are in separate rows, in the last column
    mark : value of each electrode in a row that is a mark
    names : names of the columns, if the file has none
    """

    format: str
    electrodes: tuple[int, ...]
    rate_hz: float | None = None
    usual_rates_hz: tuple[float, ...] = ()
    events: bool = False
    mark: str = ""
    names: tuple[str, ...] = ()


def maker_of(layout: Layout) -> Maker | None:
    """Return the maker of a table; None if the table is of no known kind.

    Raises
    ------
    RecordingError
        A table of OpenBCI does not say which columns are its channels.
    """
    names = layout.names
    if any(SAMPLE_RATE.match(line) for line in layout.comments):
        return _open_bci(layout)
    if names and names[0].lower() == "timestamp" and any(RAW.fullmatch(name) for name in names):
        electrodes = tuple(i for i, name in enumerate(names) if RAW.fullmatch(name))
        events = names[-1].lower() == "elements"
        return Maker(format="Mind Monitor CSV", electrodes=electrodes, usual_rates_hz=(256.0, 220.0), events=events)
    if names == OPEN_EARABLE:
        return Maker(format="OpenEarable ExG CSV", electrodes=(1,), usual_rates_hz=(256.0,), mark=MARK)
    if OPEN_EARABLE_2.fullmatch(",".join(names)):
        electrodes = tuple(i for i, name in enumerate(names) if "_raw_" in name)
        return Maker(format="OpenEarable ExG CSV", electrodes=electrodes)
    return None


def ragged_of(layout: Layout, maker: Maker | None) -> Callable[[Sequence[str]], list[str] | None] | None:
    """Return a function that repairs a row of another length; None if the maker writes no such rows.

    Mind Monitor writes an event with one comma more or fewer than a sample.
    """
    if maker is None or not maker.events:
        return None

    def repaired(cells: Sequence[str]) -> list[str] | None:
        if len(cells) < 2 or not cells[-1].startswith("/") or any(cells[1:-1]):
            return None
        return [cells[0], *[""] * (layout.width - 2), cells[-1]]

    return repaired


def _open_bci(layout: Layout) -> Maker:
    rate = next(match for line in layout.comments if (match := SAMPLE_RATE.match(line)))
    try:
        rate_hz = float(rate[1])
    except ValueError:
        raise RecordingError(f"'{rate[0][:60]}': wanted a number of Hz; correct that line") from None
    if not 0 < rate_hz < float("inf"):
        raise RecordingError(f"'{rate[0][:60]}': wanted a rate above 0 Hz; correct that line")
    if layout.names:
        electrodes = tuple(i for i, name in enumerate(layout.names) if EXG.fullmatch(name))
        return Maker(format="OpenBCI text", electrodes=electrodes, rate_hz=rate_hz)
    channels = _channels_without_names(layout)
    names = ["Sample Index", *(f"EXG Channel {i}" for i in range(channels))]
    names += [f"Column {i + 1}" for i in range(len(names), layout.width)]
    return Maker(
        format="OpenBCI text (before version 5)",
        electrodes=tuple(range(1, channels + 1)),
        rate_hz=rate_hz,
        names=tuple(names),
    )


def _channels_without_names(layout: Layout) -> int:
    """Return the number of channels of a table without names, from its comments or its width."""
    stated = next((int(match[1]) for line in layout.comments if (match := CHANNELS.match(line))), None)
    begins = any("First Column = SampleIndex" in line for line in layout.comments)
    times = sum(":" in cell for cell in layout.first_row)  # times of day
    guesses = {layout.width - 1 - CYTON_AXES - more for more in ((times, times + 1) if times else (0,))}
    channels = [count for count in BOARDS_CHANNELS if count in guesses] if stated is None else [stated]
    if not begins or len(channels) != 1 or not 0 < channels[0] < layout.width:
        raise RecordingError(
            f"an OpenBCI table without names, of {layout.width} columns, which does not say which of them are its "
            "channels; add a line with the names above the numbers: Sample Index, EXG Channel 0, .."
        )
    return channels[0]
