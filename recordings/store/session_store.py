"""Writing of sessions: one recording, in uV or codes, as a Zarr v3 group.

    name.zarr/
      zarr.json            group; attributes["earloop_session"] = version, unit, sfreq, channels, annotations, meta
      data/                array [time, channel]; attributes: units, scale_factor (uV a code), sampling_rate_hz
      data/SHA256SUMS      of every other file, for `sha256sum -c data/SHA256SUMS`
      channel/             names, the coordinate of that dimension
      seconds/             of each sample since the first, int64 sample numbers with a scale_factor
      tracks/NAME/         arrays [rows] or [rows, columns]; attributes["earloop_track"] = sfreq, columns, unit
      tracks/NAME_column/  names of a track's columns

`xarray.open_zarr` opens it with `data` in uV and named channels; codes of unknown size stay codes. The group's
`zarr.json` also has the metadata of its arrays (consolidated metadata), so that opening it is one read. The checksums
are in an array's folder, because Zarr treats every entry of a group's folder as a member of the group.

An array is divided into chunks of `CHUNK_S` seconds, each compressed separately and with its own CRC-32C. The chunks of
`SHARD_S` seconds are one file. Within a chunk the channels are stored one after another, and the bytes of samples are
shuffled. Half an hour of synthetic codes then takes 1.20 bytes a sample; 1.25 with bits shuffled instead of bytes, 1.45
with interleaved channels, 2.28 by zstd alone.

Zarr reads a missing chunk as zeros. Here every chunk is written, even an all-zero one, so that a missing file means
damage and is reported. `stored_session` reads these sessions.
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
    """Write a recording and its tracks as a Zarr v3 session directory, completely or not at all.

    The session is written in the same folder and then renamed; after a failure nothing remains. An existing session is
    replaced; any other existing file or folder is an error.

    Raises
    ------
    RecordingError
        The path does not end in `.zarr`, exists and is not a session, or cannot be written (disk full); a track has an
        invalid name.
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
    """Raise `RecordingError` if no session can be written at a path; callers check this before they record."""
    if path.suffix != ".zarr":
        raise RecordingError(f"{path}: a session is a directory named *.zarr; try {path.with_suffix('.zarr').name}")
    if (path.exists() or path.is_symlink()) and not is_session(path):
        raise RecordingError(f"{path}: exists and is not a session; it is left as it is, choose another name")


def is_session(path: Path) -> bool:
    """Return whether `path` is a directory whose group has the attribute of a session; the data may be damaged."""
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
    # The names are also in the attributes, so that the loss of a complete track is noticed.
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
    """Copy the metadata of every member of a group to the group's `zarr.json`."""
    # One number in each line would double the size of annotations. Zarr 3 warns of consolidated metadata, and of files
    # that are not members.
    with zarr.config.set({"json_indent": None}), warnings.catch_warnings():
        warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
        zarr.consolidate_metadata(path)


def _rate(sfreq: float) -> dict[str, float]:
    return {"sampling_rate_hz": float(sfreq)}


def scale_of(unit: Unit, meta: dict[str, Any]) -> Scale:
    """Return the unit of a signal, and the factor from its stored values to that unit."""
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
