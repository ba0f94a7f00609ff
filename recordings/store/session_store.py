"""Sessions on disk: one recording, of uV or codes, as a Zarr v3 group.

    name.zarr/
      zarr.json            group; attributes["earloop_session"] = version, unit, sfreq, channels, annotations, meta
      data/                array [time, channel]; attributes: units, scale_factor (uV a code), sampling_rate_hz
      data/SHA256SUMS      of every other file, for `sha256sum -c data/SHA256SUMS`
      channel/             names, the coordinate of that dimension
      seconds/             of each sample since the first, int64 sample numbers with a scale_factor
      tracks/NAME/         arrays [rows] or [rows, columns]; attributes["earloop_track"] = sfreq, columns, unit
      tracks/NAME_column/  names of a track's columns

`xarray.open_zarr` makes of it a `data` in uV with named channels; codes whose size nobody has told stay codes. The
group's `zarr.json` holds those of its arrays too (consolidated metadata), so that opening it is one read. The checksums
stand in an array's folder, for Zarr takes every entry of a group's folder for a member of the group.

An array is cut into chunks of `CHUNK_S` seconds, each compressed by itself and with a CRC-32C of its own, and as many
of them as fit into `SHARD_S` seconds make one file. Within a chunk the channels stand one after another and each byte
of a sample by itself: of half an hour of synthetic codes, 1.20 bytes a sample are then left; 1.25 with bits apart
instead of bytes, 1.45 with channels side by side, 2.28 by zstd alone.

Zarr reads a chunk that is not there as zeros. Here every chunk is written, even an all-zero one, so that a missing
file means damage and is reported. `stored_session` reads what is written here.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec, TransposeCodec

from earloop.recordings.recording import Recording, RecordingError, Unit, check_whole, lsb_uv_of
from earloop.recordings.store.array_files import Scale, group_attributes
from earloop.recordings.store.checksums import write_sums
from earloop.recordings.store.coordinates import write_names
from earloop.recordings.store.track import Track
from earloop.system.whole import whole_folder, writing

VERSION = 5
ATTRIBUTE = "earloop_session"
TRACKS, TRACK_ATTRIBUTE = "tracks", "earloop_track"
TRACK_NAME = re.compile(r"[a-z][a-z0-9_]*(?<!_row)(?<!_column)")  # these two name a track's dimensions
WANTED_TRACK_NAME = "a track's name is of lower-case letters, digits and _, and ends neither in _row nor in _column"
NO_TRACKS: Mapping[str, Track] = MappingProxyType({})
CHUNK_S = 10.0  # 10 s of 4 channels at 1 kHz: 160 kB, small beside a file system's seek, large beside its block
SHARD_S = 600.0  # 10 minutes of the same: some 3 MB, one file instead of sixty
SIGNAL_AXES = ("time", "channel")
SECONDS = {"coordinates": "seconds"}
SESSION_SUMS = "data/SHA256SUMS"


def write_session(recording: Recording, path: Path | str, tracks: Mapping[str, Track] = NO_TRACKS) -> None:
    """Write a recording and its tracks as a Zarr v3 session directory, whole or not at all.

    The session is written beside its destination and renamed into place; on failure nothing is left behind. A session
    that is already there is replaced; anything else that is there is refused.

    Raises
    ------
    RecordingError
        The path does not end in `.zarr`, holds something that is not a session, or cannot be written (disk full); a
        track has a name that no track may have.
    """
    path = Path(path)
    check_whole(recording, "a session")
    for name in tracks:
        if not TRACK_NAME.fullmatch(name):
            raise RecordingError(f"{path}: track {name!r}: {WANTED_TRACK_NAME}")
    check_session_path(path)
    attributes = _attributes(recording, path)
    with writing(path, RecordingError), whole_folder(path) as scratch:
        _write(recording, tracks, attributes, scratch)


def check_session_path(path: Path) -> None:
    """Raise `RecordingError` where no session may be written: for those who record first and write then."""
    if path.suffix != ".zarr":
        raise RecordingError(f"{path}: a session is a directory named *.zarr; try {path.with_suffix('.zarr').name}")
    if (path.exists() or path.is_symlink()) and not is_session(path):
        raise RecordingError(f"{path}: exists and is not a session; it is left as it is, choose another name")


def is_session(path: Path) -> bool:
    """Whether `path` is a directory whose group says that it is a session, whatever the state of its data."""
    return ATTRIBUTE in group_attributes(path)


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
    attributes |= {TRACKS: sorted(tracks)}
    group = zarr.create_group(path, zarr_format=3, attributes={ATTRIBUTE: attributes})
    samples, rate = len(recording.data), _rate(recording.sfreq)
    seconds = {"units": "s", "long_name": "time since the first sample", "scale_factor": 1 / float(recording.sfreq)}
    scale = scale_of(recording.unit, recording.meta).model_dump(exclude_none=True)
    _write_array(group, "data", recording.data, recording.sfreq, SIGNAL_AXES, scale | rate | SECONDS)
    _write_array(group, "seconds", np.arange(samples), recording.sfreq, SIGNAL_AXES, seconds)
    write_names(group, "channel", recording.channels)
    for name, track in tracks.items():
        facts = {"sfreq": float(track.sfreq), "columns": list(track.columns), "unit": track.unit}
        described = {TRACK_ATTRIBUTE: facts, "units": track.unit or "1", **_rate(track.sfreq)}
        axes = (f"{name}_row", f"{name}_column")
        _write_array(group, f"{TRACKS}/{name}", track.data, track.sfreq, axes, described)
        if track.columns:
            write_names(group[TRACKS], axes[1], track.columns)
    consolidate(path)
    write_sums(path, SESSION_SUMS)


def consolidate(path: Path) -> None:
    """Put what every member of a group says of itself into the group's own `zarr.json`."""
    # A number a line makes annotations twice as long. Zarr 3 warns of its own habit, and of files that are no members.
    with zarr.config.set({"json_indent": None}), warnings.catch_warnings():
        warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
        zarr.consolidate_metadata(path)


def _rate(sfreq: float) -> dict[str, float]:
    return {"sampling_rate_hz": float(sfreq)}


def scale_of(unit: Unit, meta: dict[str, Any]) -> Scale:
    """In what unit a signal is, and how to come from what is stored to it."""
    lsb_uv = lsb_uv_of(unit, meta)
    return Scale(units=unit) if lsb_uv is None else Scale(units="uV", scale_factor=lsb_uv)


def _write_array(
    group: Any, name: str, values: NDArray[Any], rate_hz: float, axes: tuple[str, str], attributes: dict[str, Any]
) -> None:
    columns = values.shape[1:]
    chunk = min(len(values), max(1, round(CHUNK_S * rate_hz)))
    shard = chunk * -(-min(len(values), max(chunk, round(SHARD_S * rate_hz))) // chunk)
    group.create_array(
        name,
        data=values,
        chunks=(chunk, *columns),
        shards=(shard, *columns),
        filters=[TransposeCodec(order=(1, 0))] if columns else None,
        compressors=[BloscCodec(cname="zstd", clevel=5, shuffle="shuffle"), Crc32cCodec()],
        dimension_names=axes[: values.ndim],
        attributes=attributes,
        config={"write_empty_chunks": True},
    )
