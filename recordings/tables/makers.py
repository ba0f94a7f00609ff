"""Tables of programs and devices whose columns are known: which are electrodes, and how fast they are sampled.

- OpenBCI GUI 5 and later: `%` lines, then names; before it, no names. `Sample Rate` stands in a `%` line. Sources:
  OpenBCI_GUI, DataWriterODF.pde; before 5, what those lines say: "First Column = SampleIndex", "Other Columns = EEG
  data in microvolts followed by Accel Data".
- Mind Monitor, which records a Muse: `TimeStamp`, `RAW_*` in uV, and events in rows of their own, in `Elements`.
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
CYTON_AXES = 3  # of its accelerometer
BOARDS_CHANNELS = (4, 8, 16)  # of a Ganglion, a Cyton, a Cyton with its Daisy module


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A known kind of table.

    format : as people call it
    electrodes : positions of its electrodes; all other columns are none
    rate_hz : what the file says
    usual_rates_hz : what the device may sample at: taken where the stamps agree with it
    events : whether events stand in rows of their own, in the last column
    mark : what each electrode holds in a row that is a mark
    names : of the columns, where the file has none
    """

    format: str
    electrodes: tuple[int, ...]
    rate_hz: float | None = None
    usual_rates_hz: tuple[float, ...] = ()
    events: bool = False
    mark: str = ""
    names: tuple[str, ...] = ()


def maker_of(layout: Layout) -> Maker | None:
    """Who wrote a table; None where it is of no known kind.

    Raises
    ------
    RecordingError
        A table of OpenBCI that does not say which columns are its channels.
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
    """What makes a whole row of one of another length; None where nothing does.

    Mind Monitor writes an event with a comma more or less than a sample has.
    """
    if maker is None or not maker.events:
        return None

    def mended(cells: Sequence[str]) -> list[str] | None:
        if len(cells) < 2 or not cells[-1].startswith("/") or any(cells[1:-1]):
            return None
        return [cells[0], *[""] * (layout.width - 2), cells[-1]]

    return mended


def _open_bci(layout: Layout) -> Maker:
    said = next(found for line in layout.comments if (found := SAMPLE_RATE.match(line)))
    try:
        rate_hz = float(said[1])
    except ValueError:
        raise RecordingError(f"'{said[0][:60]}': wanted a number of Hz; mend that line") from None
    if not 0 < rate_hz < float("inf"):
        raise RecordingError(f"'{said[0][:60]}': wanted a rate above 0 Hz; mend that line")
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
    """How many channels a table has that names no column: as it says, or as its width tells."""
    said = next((int(found[1]) for line in layout.comments if (found := CHANNELS.match(line))), None)
    begins = any("First Column = SampleIndex" in line for line in layout.comments)
    times = sum(":" in cell for cell in layout.first_row)  # times of day
    guesses = {layout.width - 1 - CYTON_AXES - more for more in ((times, times + 1) if times else (0,))}
    channels = [count for count in BOARDS_CHANNELS if count in guesses] if said is None else [said]
    if not begins or len(channels) != 1 or not 0 < channels[0] < layout.width:
        raise RecordingError(
            f"an OpenBCI table without names, of {layout.width} columns, which does not say which of them are its "
            "channels; write the names into a line above the numbers: Sample Index, EXG Channel 0, .."
        )
    return channels[0]
