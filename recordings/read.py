"""Any recording file to a `Recording`: the suffix says which reader takes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from recordings.channels import check_distinct
from recordings.limits import DEFAULT_MAX_GB
from recordings.recording import Recording, RecordingError
from recordings.stored_session import read_session

Reader = Callable[[Path, float | None, tuple[str, ...] | None, float], Recording]


def _csv(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, max_gb: float) -> Recording:
    from recordings.csv_file import read_csv

    return read_csv(path, rate_hz, channels, max_gb)


def _mne(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, max_gb: float) -> Recording:
    from recordings.mne_file import read_mne

    return read_mne(path, rate_hz, channels, max_gb)


def _xdf(
    path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, max_gb: float, stream: str | None = None
) -> Recording:
    from recordings.xdf_file import read_xdf

    return read_xdf(path, rate_hz, channels, stream, max_gb=max_gb)


READERS: dict[str, Reader] = {
    ".zarr": read_session,
    ".bdf": _mne,
    ".edf": _mne,
    ".vhdr": _mne,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".xdf": _xdf,
}


def read_recording(
    path: Path | str,
    *,
    rate_hz: float | None = None,
    channels: Sequence[str] | None = None,
    stream: str | None = None,
    max_gb: float = DEFAULT_MAX_GB,
) -> Recording:
    """Read a recording of any known kind.

    Parameters
    ----------
    path : a session directory (`.zarr`), or a `.bdf`, `.edf`, BrainVision `.vhdr`, `.csv`, `.csv.gz` or `.xdf` file
    rate_hz : sampling rate in Hz; a CSV file needs it, any other file knows its own, which must then be the same
    channels : which channels, in which order; without it, all of them in the file's order (for CSV see `read_csv`)
    stream : name, type or number of an XDF file's stream, where several could be meant
    max_gb : memory that the samples may take, in GB, however little the file takes on disk

    Returns
    -------
    Recording
        Data [samples, channels]: float64 in uV, or, from a session only, whatever dtype and unit was written.

    Raises
    ------
    RecordingError
        The file is missing, of no known kind, empty, truncated or damaged; it holds a value that is no finite number;
        it has no such channel; the rate is missing, not positive, or not the file's own; it takes more memory than it
        may.
    """
    path = Path(path)
    reader = READERS.get(_suffix(path))
    if reader is None:
        raise RecordingError(f"{path}: no reader for '{_suffix(path)}'; valid: {', '.join(READERS)}")
    try:
        path.stat()
    except FileNotFoundError:
        raise RecordingError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero byte in it
        raise RecordingError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if path.is_dir() != (reader is read_session):
        kind, wanted = ("directory", "file") if path.is_dir() else ("file", "session directory")
        raise RecordingError(f"{path}: a {kind}; wanted a {wanted}")
    if rate_hz is not None and not (math.isfinite(rate_hz) and rate_hz > 0):
        raise RecordingError(f"{path}: sampling rate {rate_hz:g} Hz; must be positive")
    if not max_gb > 0:
        raise RecordingError(f"{path}: at most {max_gb:g} GB; must be more than 0")
    if channels is not None:
        if isinstance(channels, str) or not channels:
            raise RecordingError(f"{path}: channels = {channels!r}; wanted a list of at least one name")
        check_distinct(path, channels)
    if stream is not None:
        if reader is not _xdf:
            raise RecordingError(f"{path}: stream {stream}: only an XDF file holds streams; leave it out")
        reader = partial(_xdf, stream=stream)
    try:
        return reader(path, rate_hz, None if channels is None else tuple(channels), max_gb)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror or error})") from None


def _suffix(path: Path) -> str:
    """The last suffix in lower case, or the last two where the file is gzipped."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])
