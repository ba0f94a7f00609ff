"""A session on disk, for reading completely or in spans; only the chunks that overlap a span are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from earloop.recordings.reading.channels import check_rate
from earloop.recordings.reading.limits import DEFAULT_MAX_GB, check_memory
from earloop.recordings.reading.opened_file import FileChannel, OpenedFile, Part
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import Annotation, RecordingError, Unit, check_description, check_dtype
from earloop.recordings.store.array_files import HEAD_NAME, MOST_HEAD_BYTES, Scale, check_array
from earloop.recordings.store.coordinates import check_names
from earloop.recordings.store.session_store import (
    ATTRIBUTE,
    TRACK_NAME,
    TRACKS,
    VERSION,
    WANTED_TRACK_NAME,
    is_session,
    scale_of,
)
from earloop.recordings.store.track import Track
from earloop.spec.bounded_file import read_at_most
from earloop.spec.validation import FileHeader, HeaderPart, parse_header


@dataclass(frozen=True)
class StoredSession:
    """A session that `write_session` wrote, opened by `open_session`; its signal stays on disk until it is read.

    Parameters
    ----------
    tracks : names of its tracks
    """

    path: Path
    unit: Unit
    sfreq: float
    channels: tuple[str, ...]
    samples: int
    annotations: tuple[Annotation, ...]
    meta: dict[str, Any]
    tracks: tuple[str, ...]
    _group: Any = field(repr=False, compare=False)

    def read(self, start: int = 0, stop: int | None = None, max_gb: float = DEFAULT_MAX_GB) -> NDArray[Any]:
        """Read the signal from sample `start` to before `stop`, [samples, channels], in `unit`.

        Raises
        ------
        RecordingError
            These samples are damaged, or exceed `max_gb` of memory.
        """
        samples = len(range(*slice(start, stop).indices(self.samples)))
        with _complaints_of(self.path):
            array = self._group["data"]
            check_memory(self.path, samples, len(self.channels), array.dtype.itemsize, max_gb)
            return np.asarray(array[start:stop])

    def read_track(self, name: str, max_gb: float = DEFAULT_MAX_GB) -> Track:
        """Read one track completely.

        Raises
        ------
        RecordingError
            There is no track of this name, it is damaged, or it exceeds `max_gb` of memory.
        """
        if name not in self.tracks:
            known = ", ".join(self.tracks) or "none"
            raise RecordingError(f"{self.path}: no track {name}; available: {known}")
        with _complaints_of(self.path):
            folder = self.path / TRACKS / name
            head = check_array(folder)
            check_memory(f"track {name}", head.shape[0], (*head.shape, 1)[1], head.dtype.itemsize, max_gb)
            facts = parse_header(read_at_most(folder / HEAD_NAME, MOST_HEAD_BYTES), _TrackFile).attributes.earloop_track
            return Track(np.asarray(self._group[TRACKS][name][:]), facts.sfreq, facts.columns, facts.unit)

    def read_tracks(self) -> dict[str, Track]:
        """Read all tracks, by name."""
        return {name: self.read_track(name) for name in self.tracks}


def open_session(path: Path | str) -> StoredSession:
    """Open a session: read and check its description and files, but not its signal.

    Raises
    ------
    RecordingError
        There is no session, it has another version, it lacks files, or its description is invalid.
    """
    path = Path(path)
    if not is_session(path):
        raise RecordingError(f"{path}: not a session: no zarr.json with the attribute {ATTRIBUTE}")
    with _complaints_of(path):
        packed = read_at_most(path / HEAD_NAME, MOST_HEAD_BYTES)
        version = parse_header(packed, _VersionFile).attributes.earloop_session.version
        if version != VERSION:
            raise RecordingError(
                f"{path}: session version {version}; this program reads {VERSION}: make it again, or read it by the "
                "release that wrote it"
            )
        head = parse_header(packed, _SessionFile).attributes.earloop_session
        notes = tuple(Annotation(*note) for note in head.annotations)
        check_description(head.unit, head.sfreq, head.channels, notes, head.meta)
        for name in head.tracks:
            if not TRACK_NAME.fullmatch(name):
                raise RecordingError(f"track {name!r}: {WANTED_TRACK_NAME}")
        data = check_array(path / "data")
        if data.shape[1:] != (len(head.channels),):
            raise RecordingError(f"data of shape {data.shape} does not fit {len(head.channels)} channels")
        check_names(path / "channel", head.channels)
        if (seconds := check_array(path / "seconds").shape) != data.shape[:1]:
            raise RecordingError(f"seconds of shape {seconds} do not fit {data.shape[0]} samples")
        unit: Any = head.unit
        check_dtype(unit, data.dtype)
        if data.attributes != (wanted := scale_of(unit, head.meta)):
            raise RecordingError(f"data say {_brief(data.attributes)}; {HEAD_NAME} says {_brief(wanted)}")
        return StoredSession(
            path=path,
            unit=unit,
            sfreq=head.sfreq,
            channels=head.channels,
            samples=data.shape[0],
            annotations=notes,
            meta=head.meta,
            tracks=head.tracks,
            _group=zarr.open_group(path, mode="r", use_consolidated=False),  # uses the headers that were checked
        )


def open_stored(path: Path, options: ReadOptions) -> OpenedFile:
    """Open a session as a recording file; its samples are read bit for bit.

    Raises
    ------
    RecordingError
        There is no session, files are missing or damaged, or the rate in the options is not the session's.
    """
    stored = open_session(path)
    check_rate(path, options.rate_hz, stored.sfreq)
    with _complaints_of(path):
        array: Any = stored._group["data"]
    channels = tuple(FileChannel(name=name, unit=stored.unit, rate_hz=stored.sfreq) for name in stored.channels)

    def read(columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        data = stored.read(max_gb=math.inf)
        return [data[:, column] for column in columns]

    return OpenedFile(
        path=path,
        format=f"earloop session, version {VERSION}",
        channels=channels,
        parts=(Part(0.0, stored.samples / stored.sfreq),),
        events=stored.annotations,
        read=read,
        value_bytes=array.dtype.itemsize,
        meta=stored.meta,
    )


def _brief(scale: Scale) -> str:
    step = "" if scale.scale_factor is None else f"{scale.scale_factor:g} "
    return f"{step}{scale.units:.20}"


class _Version(HeaderPart):
    version: int


class _SessionHead(FileHeader):
    """The attributes that `session_store` writes."""

    version: int
    unit: str
    sfreq: float
    channels: tuple[str, ...]
    annotations: tuple[tuple[float, float, str, float | None, str], ...]
    meta: dict[str, Any]
    tracks: tuple[str, ...]


class _TrackHead(FileHeader):
    sfreq: float
    columns: tuple[str, ...]
    unit: str


class _VersionAttributes(HeaderPart):
    earloop_session: _Version


class _VersionFile(HeaderPart):
    attributes: _VersionAttributes


class _SessionAttributes(HeaderPart):
    earloop_session: _SessionHead


class _SessionFile(HeaderPart):
    attributes: _SessionAttributes


class _TrackAttributes(HeaderPart):
    earloop_track: _TrackHead


class _TrackFile(HeaderPart):
    attributes: _TrackAttributes


@contextmanager
def _complaints_of(path: Path) -> Iterator[None]:
    """Raise errors of Zarr and its codecs about a damaged session as RecordingError, in one line with its path."""
    try:
        yield
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except MemoryError:  # the size was checked: the machine has too little memory, and the file is not damaged
        raise
    except Exception as error:  # observed: ValueError, RuntimeError, KeyError and TypeError
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise RecordingError(f"{path}: damaged session: {reason}") from None
