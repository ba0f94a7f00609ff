"""Comma-separated text: a header row of column names, then one row a sample, in uV.

A column is one of three things, told by its name and nothing else:

- time-like (`time`, `timestamp(s)`, `t`, `sample`, `index`, or no name): not a signal, ignored. The rate comes from the
  caller, for the unit of such a column cannot be known and the stamps of wireless devices jitter.
- marker-like (`marker`, `trigger`, `event`, `stim`, `status`, with digits or a plural s after it): each change to a
  value other than 0 or blank becomes an annotation of no duration, labelled with that value.
- a channel.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recordings.channels import check_distinct, check_known
from recordings.recording import Annotation, Recording, RecordingError

TIME_LIKE = re.compile(r"(time(_?stamps?)?([ _]?\(?m?s\)?)?|t|samples?|index|unnamed: \d+)?", re.IGNORECASE)
MARKER_LIKE = re.compile(r"(markers?|triggers?|events?|stim|status)[ _]?\d*", re.IGNORECASE)
FIRST_DATA_LINE = 2  # of the file as an editor counts it: line 1 is the header


def read_csv(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None) -> Recording:
    """Read a `.csv` or `.csv.gz` file; without `channels`, every column that is neither time-like nor marker-like.

    Naming a column in `channels` makes it a channel whatever its name looks like.

    Raises
    ------
    RecordingError
        No rate; an empty, truncated or undecodable file; a row longer than the header; a cell that is no finite number.
    """
    if rate_hz is None:
        raise RecordingError(f"{path}: a CSV file does not know its sampling rate; give rate_hz (option --rate)")
    frame = _load(path)
    names = [str(name) for name in frame.columns]
    markers = [name for name in names if MARKER_LIKE.fullmatch(name) and name not in (channels or ())]
    if channels is None:
        channels = tuple(name for name in names if name not in markers and not TIME_LIKE.fullmatch(name))
        if not channels:
            raise RecordingError(f"{path}: no column is a channel; found only {', '.join(names)}")
    check_known(path, channels, names)
    data = np.column_stack([_numbers(path, frame[name]) for name in channels])
    annotations = [event for name in markers for event in _events(frame[name], rate_hz)]
    try:
        return Recording(
            data, "uV", float(rate_hz), channels, tuple(sorted(annotations, key=lambda event: event.onset_s))
        )
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None


def _load(path: Path) -> Any:
    """The table as pandas reads it, or a complaint in one line."""
    try:
        header = pd.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False)
        names = [str(name).strip() for name in header.iloc[0]]
        frame = pd.read_csv(path, header=None, skiprows=1, low_memory=False, skipinitialspace=True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}: truncated or damaged gzip file: {error}") from None
    except pd.errors.EmptyDataError:
        raise RecordingError(f"{path}: holds no samples; wanted a header row and one row a sample") from None
    except pd.errors.ParserError as error:
        raise RecordingError(f"{path}: not a table: {str(error).strip().splitlines()[-1]}") from None
    except UnicodeDecodeError:
        raise RecordingError(f"{path}: not UTF-8 text") from None
    if all(_is_number(name) for name in names):
        raise RecordingError(f"{path}: line 1 holds numbers; wanted a header row of column names")
    if frame.shape[1] != len(names):
        raise RecordingError(f"{path}: rows of {frame.shape[1]} cells under a header of {len(names)} names")
    check_distinct(path, names)
    frame.columns = pd.Index(names)
    return frame


def _numbers(path: Path, column: Any) -> Any:
    """float64 [samples]; complains of the first cell that is text. NaN is left for `Recording` to name."""
    if column.dtype.kind in "fiu":
        return column.to_numpy(np.float64)
    numbers = pd.to_numeric(column, errors="coerce")
    text = np.flatnonzero((numbers.isna() & column.notna()).to_numpy())
    if len(text):
        row = int(text[0])
        cell = str(column.iloc[row])
        raise RecordingError(
            f"{path}: '{cell[:40]}' in line {row + FIRST_DATA_LINE}, column {column.name}: every cell must be a number"
        )
    return numbers.to_numpy(np.float64)


def _events(column: Any, rate_hz: float) -> list[Annotation]:
    """An annotation at each change to a marker that is neither 0 nor blank."""
    labels = np.array([_label(value) for value in column])
    before = np.concatenate([[""], labels[:-1]])
    return [Annotation(i / rate_hz, 0.0, str(labels[i])) for i in np.flatnonzero((labels != "") & (labels != before))]


def _label(value: Any) -> str:
    """`1.0` as `1`, 0 and NaN as nothing, text as it is."""
    if isinstance(value, str):
        return value.strip() if value.strip() != "0" else ""
    return "" if pd.isna(value) or value == 0 else f"{value:g}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
