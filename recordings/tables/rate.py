"""The sampling rate of a table: what is asked for or what the file says, held against what its stamps say."""

from __future__ import annotations

from pathlib import Path

from earloop.recordings.reading.channels import check_rate
from earloop.recordings.recording import RecordingError
from earloop.recordings.tables.makers import Maker
from earloop.recordings.tables.stamps import Tempo

TOLD = 0.002  # share by which stamps may differ without a word: the clocks of devices and computers do
MOST = 0.01  # share beyond which one of the two is wrong


def choose_rate(
    path: Path, wanted_hz: float | None, maker: Maker | None, tempo: Tempo | None, clock: str
) -> tuple[float, tuple[str, ...]]:
    """The rate in Hz, and sentences on it.

    Parameters
    ----------
    wanted_hz : the rate that is asked for
    tempo, clock : what the stamps of a column say, and its name; None and empty without one

    Raises
    ------
    RecordingError
        Nothing tells the rate; the file or its stamps contradict the one that is asked for.
    """
    said_hz = None if tempo is None else tempo.rate_hz
    own_hz = None if maker is None else maker.rate_hz
    if own_hz is not None:
        is_other = tempo is not None and said_hz is not None and _off(own_hz, said_hz, tempo) > MOST
        if is_other and wanted_hz is not None and said_hz is not None and abs(wanted_hz / said_hz - 1) <= MOST:
            return wanted_hz, (f"the file says {own_hz:g} Hz, and the stamps of column {clock} say {said_hz:.6g} Hz",)
        check_rate(path, wanted_hz, own_hz)
    elif wanted_hz is None and maker is not None and tempo is not None and said_hz is not None:
        usual = [hz for hz in maker.usual_rates_hz if abs(said_hz / hz - 1) <= MOST + tempo.doubt]
        if len(usual) == 1:
            return usual[0], (f"sampled at {usual[0]:g} Hz, as the device does; its stamps say {said_hz:.5g} Hz",)
    rate_hz = own_hz or wanted_hz
    if rate_hz is None:
        hint = "" if said_hz is None else f"; the stamps of {clock} say {said_hz:.5g} Hz: --rate {_near(said_hz)}"
        raise RecordingError(f"a table does not know its sampling rate; give rate_hz (option --rate){hint}")
    if tempo is None:
        return rate_hz, ()
    if said_hz is None:
        return rate_hz, (f"the unit of column {clock} is not known: it tells of gaps, and not of the sampling rate",)
    off = _off(rate_hz, said_hz, tempo)
    both = f"the stamps of column {clock} say {said_hz:.6g} Hz, not {rate_hz:g} Hz"
    if off > MOST and not (own_hz and wanted_hz):
        way = f"give --rate {_near(said_hz)}"
        if own_hz is not None:
            way = f"say which is right: --rate {own_hz:g}, as the file says, or --rate {_near(said_hz)}"
        raise RecordingError(f"{both}; {way}")
    return rate_hz, (f"{both}",) if off > TOLD else ()


def _off(rate_hz: float, said_hz: float, tempo: Tempo) -> float:
    """By what share stamps differ from a rate, beyond all doubt."""
    return max(0.0, abs(said_hz / rate_hz - 1) - tempo.doubt)


def _near(rate_hz: float) -> str:
    """A rate as one would write it: whole where it nearly is."""
    return f"{round(rate_hz):d}" if abs(rate_hz / max(1, round(rate_hz)) - 1) < TOLD else f"{rate_hz:.5g}"
