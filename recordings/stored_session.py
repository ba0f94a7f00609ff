"""A session on disk, read whole or piece by piece: a piece touches the chunks that it overlaps and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from recordings.channels import check_known, check_rate
from recordings.recording import Annotation, Recording, RecordingError, Unit
from recordings.session_store import ATTRIBUTE, TRACK_ATTRIBUTE, TRACKS, VERSION, is_session
from recordings.track import Track


@dataclass(frozen=True)
class StoredSession:
    """What `write_session` wrote; its signal stays on disk until it is asked for. `open_session` makes one.

    tracks : names of what else is known of its time
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

    def read(self, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """The signal from sample `start` up to `stop`, [samples, channels], in `unit`."""
        with _complaints_of(self.path):
            return np.asarray(self._group["data"][start:stop])

    def read_track(self, name: str) -> Track:
        """All of one track.

        Raises
        ------
        RecordingError
            There is none of that name, or it is damaged.
        """
        if name not in self.tracks:
            known = ", ".join(self.tracks) or "none"
            raise RecordingError(f"{self.path}: no track {name}; available: {known}")
        with _complaints_of(self.path):
            array = self._group[TRACKS][name]
            _check_files(name, array)
            facts = array.attrs[TRACK_ATTRIBUTE]
            return Track(np.asarray(array[:]), float(facts["sfreq"]), tuple(facts["columns"]), facts["unit"])

    def read_tracks(self) -> dict[str, Track]:
        """All of every track, by name."""
        return {name: self.read_track(name) for name in self.tracks}


def open_session(path: Path | str) -> StoredSession:
    """Read what a session says of itself; no signal yet.

    Raises
    ------
    RecordingError
        No session, one of another version, or one that lacks files.
    """
    path = Path(path)
    if not is_session(path):
        raise RecordingError(f"{path}: not a session: no zarr.json with the attribute {ATTRIBUTE}")
    with _complaints_of(path):
        group = zarr.open_group(path, mode="r")
        attributes: Any = group.attrs[ATTRIBUTE]
        if attributes["version"] != VERSION:
            raise RecordingError(f"{path}: session version {attributes['version']}; this program reads {VERSION}")
        data: Any = group["data"]
        _check_files("data", data)
        return StoredSession(
            path=path,
            unit=attributes["unit"],
            sfreq=attributes["sfreq"],
            channels=tuple(attributes["channels"]),
            samples=data.shape[0],
            annotations=tuple(Annotation(*note) for note in attributes["annotations"]),
            meta=attributes["meta"],
            tracks=tuple(attributes[TRACKS]),
            _group=group,
        )


def read_session(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None) -> Recording:
    """Read back what `write_session` wrote, bit for bit.

    Raises
    ------
    RecordingError
        No session; files missing or damaged; no such channel; the rate is not the session's own.
    """
    stored = open_session(path)
    check_rate(path, rate_hz, stored.sfreq)
    names = stored.channels if channels is None else channels
    check_known(path, names, stored.channels)
    data = stored.read()
    if names != stored.channels:
        data = data[:, [stored.channels.index(name) for name in names]]
    with _complaints_of(path):
        return Recording(data, stored.unit, stored.sfreq, names, stored.annotations, stored.meta)


def _check_files(name: str, array: Any) -> None:
    if array.nchunks_initialized < array.nchunks:  # it counts the last shard as full
        raise RecordingError(f"damaged: some of the files of {name} are missing")


@contextmanager
def _complaints_of(path: Path) -> Iterator[None]:
    """Whatever a damaged session makes Zarr and its codecs raise, as one line that names the session."""
    try:
        yield
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except Exception as error:  # ValueError, RuntimeError, KeyError and TypeError have been seen
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise RecordingError(f"{path}: damaged session: {reason}") from None
