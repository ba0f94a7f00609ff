"""Sessions on disk: one recording, of uV or codes, as a Zarr v3 group, and the tracks that go with it.

    name.zarr/
      zarr.json            group; attributes["earloop_session"] = version, unit, sfreq, channels, annotations, meta
      data/                array [samples, channels], chunks of CHUNK_S seconds, zstd with checksum
      tracks/NAME/         arrays [rows] or [rows, columns]; attributes["earloop_track"] = sfreq, columns, unit

Zarr reads a chunk that is not there as zeros. Here every chunk is written, even an all-zero one, so that a missing
chunk means damage and is reported.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from types import MappingProxyType
from typing import Any

import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec

from recordings.channels import check_known, check_rate
from recordings.recording import Annotation, Recording, RecordingError
from recordings.track import Track

VERSION = 2
ATTRIBUTE = "earloop_session"
TRACKS, TRACK_ATTRIBUTE = "tracks", "earloop_track"
TRACK_NAME = re.compile(r"[a-z][a-z0-9_]*")
NO_TRACKS: Mapping[str, Track] = MappingProxyType({})
CHUNK_S = 10.0  # 10 s of 4 channels at 1 kHz: 160 kB, small beside a file system's seek, large beside its block


def write_session(recording: Recording, path: Path | str, tracks: Mapping[str, Track] = NO_TRACKS) -> None:
    """Write a recording and its tracks as a Zarr v3 session directory, whole or not at all.

    The session is written beside its destination and renamed into place; on failure nothing is left behind. A session
    that is already there is replaced; anything else that is there is refused.

    Raises
    ------
    RecordingError
        The path does not end in `.zarr`, holds something that is not a session, or cannot be written (disk full); a
        track's name is not of lower-case letters, digits and underscores.
    """
    path = Path(path)
    for name in tracks:
        if not TRACK_NAME.fullmatch(name):
            raise RecordingError(f"{path}: track {name!r}: a track's name is of lower-case letters, digits and _")
    if path.suffix != ".zarr":
        raise RecordingError(f"{path}: a session is a directory named *.zarr; try {path.with_suffix('.zarr').name}")
    if (path.exists() or path.is_symlink()) and not _is_session(path):
        raise RecordingError(f"{path}: exists and is not a session; it is left as it is, choose another name")
    attributes = _attributes(recording, path)
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(recording, tracks, attributes, scratch)
        _move_into_place(scratch, path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_session(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None) -> Recording:
    """Read back what `write_session` wrote, bit for bit.

    Raises
    ------
    RecordingError
        No session; chunks missing or damaged; no such channel; the rate is not the session's own.
    """
    with _opened(path) as (group, attributes):
        check_rate(path, rate_hz, attributes["sfreq"])
        own = tuple(attributes["channels"])
        names = own if channels is None else channels
        check_known(path, names, own)
        data = _whole(group["data"])
        if names != own:
            data = data[:, [own.index(name) for name in names]]
        annotations = tuple(Annotation(*note) for note in attributes["annotations"])
        return Recording(data, attributes["unit"], attributes["sfreq"], names, annotations, attributes["meta"])


def read_tracks(path: Path | str) -> dict[str, Track]:
    """The tracks that a session holds, by name, bit for bit as they were written.

    Raises
    ------
    RecordingError
        No session; chunks missing or damaged.
    """
    with _opened(Path(path)) as (group, attributes):
        found = {}
        for name in attributes.get(TRACKS, []):
            array = group[TRACKS][name]
            sfreq, columns, unit = (array.attrs[TRACK_ATTRIBUTE][key] for key in ("sfreq", "columns", "unit"))
            found[name] = Track(_whole(array), sfreq, tuple(columns), unit)
        return found


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The group of a session and its attributes; whatever goes wrong within becomes one line about `path`."""
    if not _is_session(path):
        raise RecordingError(f"{path}: not a session: no zarr.json with the attribute {ATTRIBUTE}")
    try:
        group = zarr.open_group(path, mode="r")
        attributes: Any = group.attrs[ATTRIBUTE]
        if attributes["version"] != VERSION:
            raise RecordingError(f"{path}: session version {attributes['version']}; this program reads {VERSION}")
        yield group, attributes
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except Exception as error:  # zarr and its codecs raise ValueError, RuntimeError, KeyError and TypeError for damage
        raise RecordingError(
            f"{path}: damaged session: {str(error).splitlines()[0] if str(error) else error!r}"
        ) from None


def _whole(array: Any) -> NDArray[Any]:
    """All of an array."""
    if array.nchunks_initialized != array.nchunks:
        missing = array.nchunks - array.nchunks_initialized
        raise RecordingError(f"damaged: {missing} of {array.nchunks} chunks missing")
    values: NDArray[Any] = array[:]
    return values


def _is_session(path: Path) -> bool:
    """Whether `path` is a directory whose group says that it is a session, whatever the state of its data."""
    try:
        return ATTRIBUTE in json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _attributes(recording: Recording, path: Path) -> dict[str, Any]:
    attributes = {
        "version": VERSION,
        "unit": recording.unit,
        "sfreq": float(recording.sfreq),
        "channels": list(recording.channels),
        "annotations": [list(astuple(note)) for note in recording.annotations],
        "meta": recording.meta,
    }
    try:
        json.dumps(attributes, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RecordingError(f"{path}: meta or annotations hold what JSON cannot: {error}") from None
    return attributes


def _write(recording: Recording, tracks: Mapping[str, Track], attributes: dict[str, Any], path: Path) -> None:
    # The names stand in the attributes too, so that a track which is lost as a whole is missed.
    attributes |= {TRACKS: sorted(tracks)} if tracks else {}
    group = zarr.create_group(path, zarr_format=3, attributes={ATTRIBUTE: attributes})
    _write_array(group, "data", recording.data, recording.sfreq)
    for name, track in tracks.items():
        facts = {"sfreq": float(track.sfreq), "columns": list(track.columns), "unit": track.unit}
        _write_array(group, f"{TRACKS}/{name}", track.data, track.sfreq).attrs[TRACK_ATTRIBUTE] = facts


def _write_array(group: Any, name: str, data: NDArray[Any], sfreq: float) -> Any:
    rows = min(len(data), max(1, round(CHUNK_S * sfreq)))
    return group.create_array(
        name,
        data=data,
        chunks=(rows, *data.shape[1:]),
        compressors=ZstdCodec(level=3, checksum=True),
        dimension_names=("time", "channel")[: data.ndim],
        config={"write_empty_chunks": True},
    )


def _move_into_place(scratch: Path, path: Path) -> None:
    """Rename `scratch` to `path`; an older session steps aside first and comes back if that fails."""
    if not path.exists():
        scratch.rename(path)
        return
    old = scratch.with_name(f"{scratch.name}.old")
    path.rename(old)
    try:
        scratch.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)
