"""Sessions on disk: one recording, of uV or codes, as a Zarr v3 group.

    name.zarr/
      zarr.json            group; attributes["earloop_session"] = version, unit, sfreq, channels, annotations, meta
      data/                array [samples, channels], chunks of CHUNK_S seconds, zstd with checksum

Zarr reads a chunk that is not there as zeros. Here every chunk is written, even an all-zero one, so that a missing
chunk means damage and is reported.
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import astuple
from pathlib import Path
from typing import Any

import zarr
from zarr.codecs import ZstdCodec

from recordings.channels import check_known, check_rate
from recordings.recording import Annotation, Recording, RecordingError

VERSION = 2
ATTRIBUTE = "earloop_session"
CHUNK_S = 10.0  # 10 s of 4 channels at 1 kHz: 160 kB, small beside a file system's seek, large beside its block


def write_session(recording: Recording, path: Path | str) -> None:
    """Write a recording as a Zarr v3 session directory, whole or not at all.

    The session is written beside its destination and renamed into place; on failure nothing is left behind. A session
    that is already there is replaced; anything else that is there is refused.

    Raises
    ------
    RecordingError
        The path does not end in `.zarr`, holds something that is not a session, or cannot be written (disk full).
    """
    path = Path(path)
    if path.suffix != ".zarr":
        raise RecordingError(f"{path}: a session is a directory named *.zarr; try {path.with_suffix('.zarr').name}")
    if (path.exists() or path.is_symlink()) and not _is_session(path):
        raise RecordingError(f"{path}: exists and is not a session; it is left as it is, choose another name")
    attributes = _attributes(recording, path)
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(recording, attributes, scratch)
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
    if not _is_session(path):
        raise RecordingError(f"{path}: not a session: no zarr.json with the attribute {ATTRIBUTE}")
    try:
        group = zarr.open_group(path, mode="r")
        attributes: Any = group.attrs[ATTRIBUTE]
        if attributes["version"] != VERSION:
            raise RecordingError(f"{path}: session version {attributes['version']}; this program reads {VERSION}")
        array: Any = group["data"]
        if array.nchunks_initialized != array.nchunks:
            raise RecordingError(
                f"{path}: damaged: {array.nchunks - array.nchunks_initialized} of {array.nchunks} chunks missing"
            )
        check_rate(path, rate_hz, attributes["sfreq"])
        own = tuple(attributes["channels"])
        names = own if channels is None else channels
        check_known(path, names, own)
        data = array[:]
        if names != own:
            data = data[:, [own.index(name) for name in names]]
        annotations = tuple(Annotation(*note) for note in attributes["annotations"])
        return Recording(data, attributes["unit"], attributes["sfreq"], names, annotations, attributes["meta"])
    except RecordingError as error:
        raise error if str(error).startswith(str(path)) else RecordingError(f"{path}: {error}") from None
    except Exception as error:  # zarr and its codecs raise ValueError, RuntimeError, KeyError and TypeError for damage
        raise RecordingError(
            f"{path}: damaged session: {str(error).splitlines()[0] if str(error) else error!r}"
        ) from None


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


def _write(recording: Recording, attributes: dict[str, Any], path: Path) -> None:
    samples, channels = recording.data.shape
    group = zarr.create_group(path, zarr_format=3, attributes={ATTRIBUTE: attributes})
    group.create_array(
        "data",
        data=recording.data,
        chunks=(min(samples, max(1, round(CHUNK_S * recording.sfreq))), channels),
        compressors=ZstdCodec(level=3, checksum=True),
        dimension_names=("time", "channel"),
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
