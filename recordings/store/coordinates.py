"""The coordinates of a session's arrays, for programs that read Zarr but do not know earloop.

    NAME/zarr.json    an array of strings, [n], or of sample numbers with a scale, [rows]
    NAME/c/0          of names: their count, then each name's length in bytes and its UTF-8; numbers little-endian u32

xarray uses an array with the name of its dimension as a coordinate, decodes `scale_factor`, and reads the arrays in an
attribute `coordinates` only when they are used. Therefore `channel` is an index of names, and `seconds` costs nothing
until it is used. As sample numbers it takes some 20 kB an hour on disk; float seconds would take half of the signal.
(CF conventions, sections 5 and 8.1, https://cfconventions.org; vlen-utf8:
https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/vlen-utf8)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from earloop.recordings.store.array_files import HEAD_NAME, MOST_HEAD_BYTES, NamesHead
from earloop.spec.bounded_file import read_at_most
from earloop.spec.validation import parse_header

LENGTH = struct.Struct("<I")


def write_names(group: Any, name: str, names: Sequence[str]) -> None:
    """Write `names` as the coordinate of the dimension `name`, both of the Zarr group's."""
    group.create_array(
        name,
        data=np.array(names, dtype=np.dtypes.StringDType()),
        chunks=(len(names),),
        compressors=None,
        dimension_names=(name,),
        config={"write_empty_chunks": True},
    )


def check_names(folder: Path, names: Sequence[str]) -> None:
    """Check that the coordinate in `folder` has the names of the session.

    Raises
    ------
    OSError
        A file cannot be read.
    ValueError
        The array is invalid, or has other names.
    """
    head = parse_header(read_at_most(folder / HEAD_NAME, MOST_HEAD_BYTES), NamesHead)
    if head.shape != (len(names),):
        raise ValueError(f"{folder.name} of shape {head.shape} does not fit {len(names)} names")
    packed = b"".join(LENGTH.pack(len(name)) + name for name in (text.encode() for text in names))
    if read_at_most(folder / "c" / "0", MOST_HEAD_BYTES) != LENGTH.pack(len(names)) + packed:
        raise ValueError(f"{folder.name} does not hold the names of {HEAD_NAME}: {', '.join(names)}")
