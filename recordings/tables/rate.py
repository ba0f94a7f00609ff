"""The sampling rate of a table: the option's or the file's, checked against the stamps."""

from __future__ import annotations

from pathlib import Path

from earloop.recordings.reading.channels import check_rate
from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.makers import Maker
from earloop.recordings.tables.stamps import Tempo

NOTED = 0.002  # a smaller relative difference between stamps and rate is normal for clocks of devices and computers
MOST = 0.01  # with a larger relative difference one of the two is wrong


def choose_rate(
    path: Path, wanted_hz: float | None, maker: Maker | None, tempo: Tempo | None, clock: str
) -> tuple[float, tuple[str, ...]]:
    """Return the rate in Hz, and notes about it.

    Parameters
    ----------
    wanted_hz : the rate in the options
    tempo, clock : tempo of the stamps of a column, and its name; None and empty without a clock

    Raises
    ------
    RecordingError
        There is no rate, or the file or its stamps contradict the one in the options.
    """
    stamps_hz = None if tempo is None else tempo.rate_hz
    file_hz = None if maker is None else maker.rate_hz
    if file_hz is not None:
        is_other = tempo is not None and stamps_hz is not None and _off(file_hz, stamps_hz, tempo) > MOST
        if is_other and wanted_hz is not None and stamps_hz is not None and abs(wanted_hz / stamps_hz - 1) <= MOST:
            return wanted_hz, (
                f"the file says {file_hz:g} Hz, but the stamps of column {clock} say {stamps_hz:.6g} Hz",
            )
        check_rate(path, wanted_hz, file_hz)
    elif wanted_hz is None and maker is not None and tempo is not None and stamps_hz is not None:
        usual = [hz for hz in maker.usual_rates_hz if abs(stamps_hz / hz - 1) <= MOST + tempo.doubt]
        if len(usual) == 1:
            return usual[0], (f"sampled at {usual[0]:g} Hz, the device's rate; its stamps say {stamps_hz:.5g} Hz",)
    rate_hz = file_hz or wanted_hz
    if rate_hz is None:
        hint = "" if stamps_hz is None else f"; the stamps of {clock} say {stamps_hz:.5g} Hz: --rate {_near(stamps_hz)}"
        raise RecordingError(f"a table has no sampling rate; give rate_hz (option --rate){hint}")
    if tempo is None:
        return rate_hz, ()
    if stamps_hz is None:
        return rate_hz, (f"the unit of column {clock} is unknown: it shows gaps, but not the sampling rate",)
    off = _off(rate_hz, stamps_hz, tempo)
    both = f"the stamps of column {clock} say {stamps_hz:.6g} Hz, not {rate_hz:g} Hz"
    if off > MOST and not (file_hz and wanted_hz):
        way = f"give --rate {_near(stamps_hz)}"
        if file_hz is not None:
            way = f"say which is right: --rate {file_hz:g}, as in the file, or --rate {_near(stamps_hz)}"
        raise RecordingError(f"{both}; {way}")
    return rate_hz, (f"{both}",) if off > NOTED else ()


def _off(rate_hz: float, stamps_hz: float, tempo: Tempo) -> float:
    """Return the relative difference between the stamps and a rate, reduced by the uncertainty of the stamps."""
    return max(0.0, abs(stamps_hz / rate_hz - 1) - tempo.doubt)


def _near(rate_hz: float) -> str:
    """Format a rate, as a whole number if it nearly is one."""
    return f"{round(rate_hz):d}" if abs(rate_hz / max(1, round(rate_hz)) - 1) < NOTED else f"{rate_hz:.5g}"
