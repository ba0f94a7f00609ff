"""The stamps of a clock: dates, times of day or numbers, as numbers in a unit; and what rate they tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.tables.judge import EPOCHS_S, SCALES

DAY_S, HOUR_S = 86_400.0, 3_600.0
RATES_HZ = (1.0, 1e5)  # of what people record at the skin
WITHIN = 3.0  # factor between two rates that are one rate, in the right unit
SPREAD = (0.05, 0.95)  # quantiles between which stamps jitter
DATE_TIME = re.compile(
    r"(\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}|\d{8}T\d{6})([.,]\d+)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
TIME_OF_DAY = re.compile(
    r"(?:(?P<date>\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- ][a-z]{3}[- ]\d{2,4}),?[T ])?"
    r"(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?:[.,:](?P<f>\d+))?"
    r"(?: ?(?P<half>[AP])M)?",
    re.ASCII | re.IGNORECASE,
)
MINUTES = re.compile(r"\d{1,2}:\d{2}[.,]\d+", re.ASCII)  # and seconds: a time of day without its hour


@dataclass(frozen=True)
class Tempo:
    """How fast a clock says that samples follow each other.

    period : from sample to sample, in the stamps' own unit
    unit_s : that unit, in seconds; None where nothing tells
    doubt : by what share the period may be off, since stamps jitter
    """

    period: float
    unit_s: float | None
    doubt: float

    @property
    def rate_hz(self) -> float | None:
        """Samples a second; None where the unit is not known."""
        return None if self.unit_s is None else 1 / (self.period * self.unit_s)


def is_time_text(cell: str) -> bool:
    """Whether a cell is a date with a time, or a time of day."""
    return any(form.fullmatch(cell) for form in (DATE_TIME, TIME_OF_DAY, MINUTES))


def seconds_of(cells: Sequence[str]) -> NDArray[np.float64]:
    """Dates and times as float64 seconds from some moment on; NaN where a cell is neither. Times of day go on over
    midnight, and those without an hour over the hour."""
    if next((cell for cell in cells if cell and DATE_TIME.fullmatch(cell)), None) is not None:
        return _of_dates(cells)
    found = np.array([_of_day(cell) for cell in cells], np.float64)
    known = np.flatnonzero(np.isfinite(found))
    steps = np.diff(found[known])
    round_s = HOUR_S if any(MINUTES.fullmatch(cell) for cell in cells[:1]) else DAY_S
    rounds = np.cumsum((steps < -round_s / 2).astype(float) - (steps > round_s / 2))
    found[known[1:]] += round_s * rounds
    return found


def tempo_of(
    stamps: NDArray[np.float64], period: float, breaks: Sequence[int], unit_s: float | None, rate_hz: float | None
) -> Tempo:
    """The tempo of a clock.

    Parameters
    ----------
    stamps : float64 [samples], finite
    period : from sample to sample, in the stamps' unit, above 0
    breaks : first samples of the runs after the first, so that gaps are not taken for jitter
    unit_s : the stamps' unit, where a name or their form tells it; else it is told by their size, which seconds since
        1970 have, or by the rate that is asked for
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
    if period == 1:  # it counts samples
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
