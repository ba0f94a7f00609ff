"""The stamps of a clock (dates, times of day or numbers) as numbers in a unit, and their rate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.tables.judge import EPOCHS_S, SCALES

DAY_S, HOUR_S = 86_400.0, 3_600.0
RATES_HZ = (1.0, 1e5)  # possible rates of recordings at the skin
WITHIN = 3.0  # two rates in the right unit differ by a smaller factor
SPREAD = (0.05, 0.95)  # quantiles that measure the jitter of stamps
DATE_TIME = re.compile(
    r"(\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}|\d{8}T\d{6})([.,]\d+)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
TIME_OF_DAY = re.compile(
    r"(?:(?P<date>\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- ][a-z]{3}[- ]\d{2,4}),?[T ])?"
    r"(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?:[.,:](?P<f>\d+))?"
    r"(?: ?(?P<half>[AP])M)?",
    re.ASCII | re.IGNORECASE,
)
MINUTES = re.compile(r"\d{1,2}:\d{2}[.,]\d+", re.ASCII)  # minutes and seconds: a time of day without its hour


@dataclass(frozen=True)
class Tempo:
    """The period of samples by the stamps of a clock.

    period : time from one sample to the next, in the stamps' unit
    unit_s : that unit in seconds; None if it is unknown
    doubt : relative uncertainty of the period, because stamps jitter
    """

    period: float
    unit_s: float | None
    doubt: float

    @property
    def rate_hz(self) -> float | None:
        """Samples a second; None if the unit is unknown."""
        return None if self.unit_s is None else 1 / (self.period * self.unit_s)


def is_time_text(cell: str) -> bool:
    """Return whether a cell is a date with a time, or a time of day."""
    return any(form.fullmatch(cell) for form in (DATE_TIME, TIME_OF_DAY, MINUTES))


def seconds_of(cells: Sequence[str]) -> NDArray[np.float64]:
    """Convert dates and times to float64 seconds from an arbitrary time; NaN for other cells.

    Times of day continue after midnight, and those without an hour continue after the hour.
    """
    if next((cell for cell in cells if cell and DATE_TIME.fullmatch(cell)), None) is not None:
        return _of_dates(cells)
    seconds = np.array([_of_day(cell) for cell in cells], np.float64)
    known = np.flatnonzero(np.isfinite(seconds))
    steps = np.diff(seconds[known])
    cycle_s = HOUR_S if any(MINUTES.fullmatch(cell) for cell in cells[:1]) else DAY_S
    cycles = np.cumsum((steps < -cycle_s / 2).astype(float) - (steps > cycle_s / 2))
    seconds[known[1:]] += cycle_s * cycles
    return seconds


def tempo_of(
    stamps: NDArray[np.float64], period: float, breaks: Sequence[int], unit_s: float | None, rate_hz: float | None
) -> Tempo:
    """Return the tempo of a clock.

    Parameters
    ----------
    stamps : float64 [samples], finite
    period : time from one sample to the next, in the stamps' unit, above 0
    breaks : first samples of the runs after the first, so that gaps do not count as jitter
    unit_s : the stamps' unit by their name or format, or None; then their size, if it fits seconds since 1970, or the
        given rate determines it
    """
    late = stamps - stamps[0] - period * np.arange(len(stamps))
    runs = np.split(late, list(breaks))
    low, high = np.quantile(np.concatenate([run - np.median(run) for run in runs]), SPREAD)
    doubt = float(high - low) / (period * max(len(run) for run in runs))
    return Tempo(period, unit_s or _unit_s(stamps, period, rate_hz), doubt)


def _unit_s(stamps: NDArray[np.float64], period: float, rate_hz: float | None) -> float | None:
    for scale in SCALES:
        since_1970 = EPOCHS_S[0] * scale <= stamps.min() and stamps.max() <= EPOCHS_S[1] * scale
        if since_1970 and RATES_HZ[0] <= scale / period <= RATES_HZ[1]:
            return 1 / scale
    if period == 1:  # the clock counts samples
        return None
    for scale in SCALES:
        if rate_hz is not None and 1 / WITHIN < scale / period / rate_hz < WITHIN:
            return 1 / scale
    return None


def _of_dates(cells: Sequence[str]) -> NDArray[np.float64]:
    import pandas as pd

    texts = [cell.replace(",", ".").replace("/", "-") if DATE_TIME.fullmatch(cell) else None for cell in cells]
    dates = pd.to_datetime(pd.Series(texts, dtype=object), utc=True, format="ISO8601", errors="coerce")
    first = dates.dropna()
    if first.empty:
        return np.full(len(cells), np.nan)
    since: Any = (dates - first.iloc[0]) / pd.Timedelta(seconds=1)
    return np.asarray(since.to_numpy(np.float64))


def _of_day(cell: str) -> float:
    found = TIME_OF_DAY.fullmatch(f"0:{cell}" if MINUTES.fullmatch(cell) else cell)
    if found is None:
        return np.nan
    fraction = float(f"0.{found['f']}") if found["f"] else 0.0
    hours = int(found["h"])
    if found["half"]:
        hours = hours % 12 + 12 * (found["half"] in "Pp")
    return hours * 3600.0 + int(found["m"]) * 60.0 + int(found["s"]) + fraction
