"""Sessions on disk: one recording, of uV or codes, as a Zarr v3 group.

    name.zarr/
      zarr.json            group; attributes["earloop_session"] = version, unit, sfreq, channels, annotations, meta
      data/                array [samples, channels]
      truth/NAME/          float32 [samples] or [samples, columns], attribute rate_hz; where a simulation has left some
      SHA256SUMS           of every other file, for `sha256sum -c`

An array is cut into chunks of `CHUNK_S` seconds, each compressed by itself and with a CRC-32C of its own, and as many
of them as fit into `SHARD_S` seconds make one file. Within a chunk the channels stand one after another and each byte
of a sample by itself: of half an hour of synthetic codes, 1.20 bytes a sample are then left; 1.25 with bits apart
instead of bytes, 1.45 with channels side by side, 2.28 by zstd alone.

Zarr reads a chunk that is not there as zeros. Here every chunk is written, even an all-zero one, so that a missing
file means damage and is reported. `stored_session` reads what is written here.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec, TransposeCodec

from recordings.checksums import write_sums
from recordings.recording import Recording, RecordingError

VERSION = 3
ATTRIBUTE = "earloop_session"
CHUNK_S = 10.0  # 10 s of 4 channels at 1 kHz: 160 kB, small beside a file system's seek, large beside its block
SHARD_S = 600.0  # 10 minutes of the same: some 3 MB, one file instead of sixty


@dataclass(frozen=True)
class Truth:
    """What only a simulation knows of each instant.

    values : float32 [samples] or [samples, columns], at `rate_hz`; sample 0 is at the recording's first
    """

    values: NDArray[np.float32]
    rate_hz: float


def write_session(recording: Recording, path: Path | str, truth: Mapping[str, Truth] | None = None) -> None:
    """Write a recording, and what else is known of it, as a Zarr v3 session directory, whole or not at all.

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
    if (path.exists() or path.is_symlink()) and not is_session(path):
        raise RecordingError(f"{path}: exists and is not a session; it is left as it is, choose another name")
    attributes = _attributes(recording, path)
    scratch = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(recording, truth or {}, attributes, scratch)
        _move_into_place(scratch, path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def is_session(path: Path) -> bool:
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


def _write(recording: Recording, truth: Mapping[str, Truth], attributes: dict[str, Any], path: Path) -> None:
    with zarr.config.set({"json_indent": None}):  # a number a line makes the annotations twice as long
        group = zarr.create_group(path, zarr_format=3, attributes={ATTRIBUTE: attributes})
        _write_array(group, "data", recording.data, recording.sfreq)
        if truth:
            truths = group.create_group("truth")
            for name, known in truth.items():
                _write_array(truths, name, known.values, known.rate_hz, {"rate_hz": known.rate_hz})
    write_sums(path)


def _write_array(
    group: Any, name: str, values: NDArray[Any], rate_hz: float, attributes: dict[str, Any] | None = None
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
        dimension_names=("time", "channel")[: values.ndim],
        attributes=attributes,
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
