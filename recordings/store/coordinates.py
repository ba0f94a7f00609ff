"""What names the axes of a session's arrays, so that programs which know Zarr but not earloop can follow them.

    NAME/zarr.json    an array of strings, [n], or of sample numbers with a scale, [rows]
    NAME/c/0          of names: their count, then each name's length in bytes and its UTF-8; numbers little-endian u32

xarray takes an array that has the name of its dimension for a coordinate, decodes `scale_factor`, and reads what an
attribute `coordinates` lists only when it is asked for. So `channel` is an index of names, and `seconds` costs nothing
until it is used: some 20 kB an hour on disk, as sample numbers, where float seconds would take half of the signal.
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
    """Check that the coordinate in `folder` says the same as the session itself.

    Raises
    ------
    OSError
        A file cannot be read.
    ValueError
        It is no such array, or holds other names.
    """
    head = parse_header(read_at_most(folder / HEAD_NAME, MOST_HEAD_BYTES), NamesHead)
    if head.shape != (len(names),):
        raise ValueError(f"{folder.name} of shape {head.shape} does not fit {len(names)} names")
    packed = b"".join(LENGTH.pack(len(name)) + name for name in (text.encode() for text in names))
    if read_at_most(folder / "c" / "0", MOST_HEAD_BYTES) != LENGTH.pack(len(names)) + packed:
        raise ValueError(f"{folder.name} does not hold the names of {HEAD_NAME}: {', '.join(names)}")
