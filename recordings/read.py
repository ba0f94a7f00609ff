"""Read any recording file as a `Recording`; the suffix determines the reader."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from earloop.recordings.reading.assemble import assemble
from earloop.recordings.reading.channels import check_distinct
from earloop.recordings.reading.limits import DEFAULT_MAX_GB
from earloop.recordings.reading.opened_file import OpenedFile
from earloop.recordings.reading.options import GAPS, Gaps, ReadOptions
from earloop.recordings.recording import Recording, RecordingError

Opener = Callable[[Path, ReadOptions], OpenedFile]


def _session(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.store.stored_session import open_stored

    return open_stored(path, options)


def _edf(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.edf.file import open_edf

    return open_edf(path, options)


def _brainvision(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.brainvision.file import open_brainvision

    return open_brainvision(path, options)


def _table(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.tables.file import open_table

    return open_table(path, options)


def _xdf(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.xdf.file import open_xdf

    return open_xdf(path, options)


def _fif(path: Path, options: ReadOptions) -> OpenedFile:
    from earloop.recordings.raws.fif import open_fif

    return open_fif(path, options)


OPENERS: dict[str, Opener] = {
    ".zarr": _session,
    ".bdf": _edf,
    ".edf": _edf,
    ".fif": _fif,
    ".fif.gz": _fif,
    ".vhdr": _brainvision,
    ".csv": _table,
    ".csv.gz": _table,
    ".tsv": _table,
    ".tsv.gz": _table,
    ".txt": _table,
    ".txt.gz": _table,
    ".xdf": _xdf,
}


def read_recording(
    path: Path | str,
    *,
    rate_hz: float | None = None,
    channels: Sequence[str] | None = None,
    renames: Mapping[str, str] | None = None,
    stream: str | None = None,
    board: str | None = None,
    max_gb: float = DEFAULT_MAX_GB,
    gaps: Gaps = "refuse",
    part: int | None = None,
    start_s: float | None = None,
    seconds: float | None = None,
) -> Recording:
    """Read a recording of any known kind.

    Parameters
    ----------
    path : a session directory (`.zarr`), or a `.bdf`, `.edf`, BrainVision `.vhdr`, MNE's `.fif`, `.xdf` file or a table
        as text (`.csv`, `.tsv` or `.txt`, or gzipped)
    rate_hz : sampling rate in Hz; a plain table needs it; any other file has a rate, which must be equal
    channels : names of the channels to read, in this order; by default all electrodes in the file's order
    renames : new names of channels by their names in the file, such as {"EarL1": "T7"}; see `Recording.renamed`
    stream : name, type or number of an XDF file's stream, if several are possible
    board : BrainFlow's name or number of the board, for a table that BrainFlow wrote
    max_gb : largest memory of the samples, in GB, independent of the file's size on disk
    gaps : `refuse` a recording with gaps, or fill its gaps with NaN
    part : read only this part without gaps, counted from 1; see `earloop recording info`
    start_s : read only samples from this time on, in seconds since the file's first sample
    seconds : read only so many seconds

    Returns
    -------
    Recording
        Data [samples, channels]: float64 in uV or, from a session or a stream of codes, the dtype and unit of the file.
        `meta["notes"]` describes in sentences what the reader changed or noticed: resampling, an inaccurate clock,
        events outside the samples.

    Raises
    ------
    RecordingError
        The file is missing, of an unknown kind, empty, truncated or damaged; it has gaps; a value is not a finite
        number; there is no such channel, or its unit is unknown; the rate is missing, not positive, or not the file's;
        the samples exceed `max_gb`.
    """
    options = ReadOptions(
        rate_hz=rate_hz,
        channels=None if channels is None else _names(path, channels),
        renames=None if renames is None else tuple(renames.items()),
        stream=stream,
        board=board,
        max_gb=max_gb,
        gaps=gaps,
        part=part,
        start_s=start_s,
        seconds=seconds,
    )
    return read_with(path, options)


def read_with(path: Path | str, options: ReadOptions) -> Recording:
    """Read a recording as `read_recording` does, with the options as one value."""
    opened = open_recording(path, options)
    try:
        return assemble(opened, options)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror or error})") from None


def open_recording(path: Path | str, options: ReadOptions | None = None) -> OpenedFile:
    """Read the description of a file, and only those samples that this needs; raises RecordingError."""
    path, options = Path(path), options or ReadOptions()
    opener = OPENERS.get(suffix_of(path))
    if opener is None:
        raise RecordingError(f"{path}: no reader for '{suffix_of(path)}'; valid: {', '.join(OPENERS)}")
    try:
        path.stat()
    except FileNotFoundError:
        raise RecordingError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero byte in it
        raise RecordingError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if path.is_dir() != (opener is _session):
        kind, wanted = ("directory", "file") if path.is_dir() else ("file", "session directory")
        raise RecordingError(f"{path}: a {kind}; wanted a {wanted}")
    _check_options(path, options)
    if options.stream is not None and opener is not _xdf:
        raise RecordingError(f"{path}: stream {options.stream}: only an XDF file holds streams; leave it out")
    if options.board is not None and opener is not _table:
        raise RecordingError(f"{path}: board {options.board}: only for a table that BrainFlow wrote; leave it out")
    try:
        return opener(path, options)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror or error})") from None


def _check_options(path: Path, options: ReadOptions) -> None:
    if options.channels is not None:
        if not options.channels:
            raise RecordingError(f"{path}: channels = {options.channels!r}; wanted a list of at least one name")
        check_distinct(path, options.channels)
    if options.rate_hz is not None and not (math.isfinite(options.rate_hz) and options.rate_hz > 0):
        raise RecordingError(f"{path}: sampling rate {options.rate_hz:g} Hz; must be positive")
    if not options.max_gb > 0:
        raise RecordingError(f"{path}: at most {options.max_gb:g} GB; must be more than 0")
    if options.gaps not in GAPS:
        raise RecordingError(f"{path}: gaps = {options.gaps!r}; valid: {', '.join(GAPS)}")
    if options.start_s is not None and not (math.isfinite(options.start_s) and options.start_s >= 0):
        raise RecordingError(f"{path}: start at {options.start_s:g} s; must be 0 or more")
    if options.seconds is not None and not (math.isfinite(options.seconds) and options.seconds > 0):
        raise RecordingError(f"{path}: {options.seconds:g} seconds to read; must be positive")


def _names(path: Path | str, channels: Sequence[str]) -> tuple[str, ...]:
    if isinstance(channels, str):
        raise RecordingError(f"{path}: channels = {channels!r}; wanted a list of at least one name")
    return tuple(channels)


def suffix_of(path: Path) -> str:
    """Return the last suffix in lower case, or the last two of a gzipped file."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])
