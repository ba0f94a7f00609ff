"""Checks of the files of a session's array before a value is read.

    NAME/zarr.json    shape, type, and the division of the array into chunks and shards
    NAME/c/N[/0]      shard N: chunks one after another, then an index of (offset u64, length u64) a chunk, and its CRC

Zarr trusts `zarr.json`: it reads missing chunks as zeros, and allocates memory for shapes of any size. Here each shard
and each chunk of the shape must exist, and have the size that follows from the shape. (Zarr v3 specification, and its
sharding codec: https://zarr-specs.readthedocs.io)
"""

from __future__ import annotations

import os
import struct
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from earloop.spec.bounded_file import read_at_most
from earloop.spec.validation import HeaderPart, parse_header

HEAD_NAME = "zarr.json"
MOST_HEAD_BYTES = 64_000_000  # a day with an event each second has 5 MB
CRC_BYTES = 4
BLOSC_HEADER = struct.Struct("<4xIII")  # format and flags; bytes when unpacked, bytes a block, bytes when packed
Shape = Annotated[tuple[Annotated[int, Field(ge=1, lt=1 << 63)], ...], Field(min_length=1, max_length=2)]


class _Group(HeaderPart):
    attributes: dict[str, Any]


class _Cut(HeaderPart):
    chunk_shape: Shape


class _Grid(HeaderPart):
    name: Literal["regular"]
    configuration: _Cut


class _Codec(HeaderPart):
    name: str


class _Sharding(_Cut):
    codecs: tuple[_Codec, ...]
    index_codecs: tuple[_Codec, ...]
    index_location: Literal["end"]


class _Shards(HeaderPart):
    name: Literal["sharding_indexed"]
    configuration: _Sharding


class _Separator(HeaderPart):
    separator: Literal["/"]


class _Keys(HeaderPart):
    name: Literal["default"]
    configuration: _Separator


class NamesHead(HeaderPart):
    """The fields of `zarr.json` of an array of names, which is one chunk."""

    shape: Shape
    data_type: Literal["string"]
    chunk_grid: _Grid
    codecs: tuple[_Codec]

    @model_validator(mode="after")
    def _is_one_chunk(self) -> NamesHead:
        if self.chunk_grid.configuration.chunk_shape != self.shape or self.codecs[0].name != "vlen-utf8":
            raise ValueError("names are cut or packed; wanted one chunk by vlen-utf8")
        return self


class Scale(HeaderPart):
    """The scale of an array: a value in `units` is the stored one times `scale_factor`."""

    units: str
    scale_factor: float | None = None


class ArrayHead(HeaderPart):
    """The fields of `zarr.json` of an array."""

    attributes: Scale
    shape: Shape
    data_type: Literal[
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"
    ]
    chunk_grid: _Grid
    chunk_key_encoding: _Keys
    codecs: tuple[_Shards]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Dtype of the values."""
        return np.dtype(self.data_type)

    @property
    def shard_rows(self) -> int:
        """Rows in a shard."""
        return self.chunk_grid.configuration.chunk_shape[0]

    @property
    def chunk_rows(self) -> int:
        """Rows in a chunk."""
        return self.codecs[0].configuration.chunk_shape[0]

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a chunk without compression."""
        columns = self.shape[1] if len(self.shape) > 1 else 1
        return self.chunk_rows * columns * self.dtype.itemsize


def group_attributes(path: Path) -> dict[str, Any]:
    """Return the attributes of the Zarr group at `path`; empty if there is none."""
    try:
        return parse_header(read_at_most(path / HEAD_NAME, MOST_HEAD_BYTES), _Group).attributes
    except (OSError, ValueError):
        return {}


def check_array(folder: Path) -> ArrayHead:
    """Check that all files of an array exist, and return its header.

    Raises
    ------
    OSError
        A file cannot be read.
    ValueError
        The array differs from those of `write_session`, or lacks a file or a chunk.
    """
    head = parse_header(read_at_most(folder / HEAD_NAME, MOST_HEAD_BYTES), ArrayHead)
    name = folder.name
    _check_cut(name, head)
    shards = -(-head.shape[0] // head.shard_rows)
    place = folder / "c"
    found = sum(1 for _ in islice(place.iterdir(), shards + 1)) if place.is_dir() else 0
    if found != shards:
        raise ValueError(f"some of the files of {name} are missing: its shape {head.shape} wants {shards:,} shards")
    inner = ["0"] * (len(head.shape) - 1)
    for shard in range(shards):
        with place.joinpath(str(shard), *inner).open("rb") as file:
            _check_shard(f"shard {shard} of {name}", file, head, head.shape[0] - shard * head.shard_rows)
    return head


def _check_cut(name: str, head: ArrayHead) -> None:
    rows, shard_rows, chunk_rows = head.shape[0], head.shard_rows, head.chunk_rows
    cuts = (head.chunk_grid.configuration.chunk_shape, head.codecs[0].configuration.chunk_shape)
    if any(cut[1:] != head.shape[1:] for cut in cuts) or any(len(cut) != len(head.shape) for cut in cuts):
        raise ValueError(f"{name} of shape {head.shape} is cut into {cuts[0]} and {cuts[1]}")
    if chunk_rows > rows or shard_rows % chunk_rows or shard_rows >= rows + chunk_rows:
        raise ValueError(f"{name} of {rows:,} rows is cut into shards of {shard_rows:,} and chunks of {chunk_rows:,}")
    codecs = [codec.name for codec in head.codecs[0].configuration.codecs]
    wanted = ["transpose"] * (len(head.shape) - 1) + ["bytes", "blosc", "crc32c"]
    index_codecs = [codec.name for codec in head.codecs[0].configuration.index_codecs]
    if codecs != wanted or index_codecs != ["bytes", "crc32c"]:
        raise ValueError(f"{name} is packed by {', '.join(codecs)}; wanted {', '.join(wanted)}")


def _check_shard(name: str, file: BinaryIO, head: ArrayHead, rows_left: int) -> None:
    chunks, size = head.shard_rows // head.chunk_rows, os.fstat(file.fileno()).st_size
    wanted = -(-min(rows_left, head.shard_rows) // head.chunk_rows)
    index_bytes = 16 * chunks + CRC_BYTES
    if size < index_bytes:
        raise ValueError(f"{name} has {size:,} bytes, its index alone {index_bytes:,}")
    file.seek(size - index_bytes)
    index: NDArray[np.uint64] = np.frombuffer(file.read(16 * chunks), "<u8").reshape(chunks, 2)[:wanted]
    if (index == np.iinfo(np.uint64).max).any():
        raise ValueError(f"{name} lacks a chunk")
    for offset, length in index.tolist():
        if length < BLOSC_HEADER.size + CRC_BYTES or offset + length > size - index_bytes:
            raise ValueError(f"{name} has a chunk from byte {offset:,} to {offset + length:,} of {size:,}")
        file.seek(offset)
        unpacked, _, packed = BLOSC_HEADER.unpack(file.read(BLOSC_HEADER.size))
        if (unpacked, packed) != (head.chunk_bytes, length - CRC_BYTES):
            raise ValueError(
                f"{name} has a chunk of {unpacked:,} bytes packed into {packed:,}; wanted {head.chunk_bytes:,} into "
                f"{length - CRC_BYTES:,}"
            )
