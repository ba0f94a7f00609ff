"""The records of an EDF or BDF file; each record has some seconds of every signal, one signal after the other.

Records are read some megabytes at a time, and only the wanted signals stay in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.edf.header import EdfHeader, Signal
from earloop.recordings.recording import RecordingError

BLOCK = 1 << 23  # bytes read at once, unless one record is longer


def read_blocks(
    path: Path, header: EdfHeader, signals: Sequence[Signal], first: int, stop: int
) -> Iterator[tuple[int, list[NDArray[np.uint8]]]]:
    """Yield the bytes of signals in records `first` to before `stop`, block by block.

    Yields
    ------
    record : the first record of a block
    raw : for each signal, uint8 [records, bytes of the signal in a record]

    Raises
    ------
    RecordingError
        The file has become shorter since its header was read.
    """
    at_once = max(1, BLOCK // header.record_bytes)
    with path.open("rb") as file:
        for record in range(first, stop, at_once):
            count = min(at_once, stop - record)
            start = header.header_bytes + record * header.record_bytes
            if header.record_bytes <= BLOCK:
                block = _read(file, path, start, count * header.record_bytes).reshape(count, -1)
                yield record, [_cut(block, header, signal) for signal in signals]
            else:
                sizes = [signal.samples * header.sample_bytes for signal in signals]
                yield (
                    record,
                    [
                        _read(file, path, start + signal.offset, size).reshape(1, -1)
                        for signal, size in zip(signals, sizes, strict=True)
                    ],
                )


def codes_of(raw: NDArray[np.uint8], sample_bytes: int) -> NDArray[np.int32]:
    """Decode samples, int32 [samples], from little-endian two's complement of 2 or 3 bytes."""
    if sample_bytes == 2:
        return np.ascontiguousarray(raw).view("<i2").astype(np.int32).ravel()
    wide = np.zeros((raw.size // 3, 4), np.uint8)
    wide[:, 1:] = raw.reshape(-1, 3)
    return np.asarray(wide.view("<i4").ravel() >> 8, np.int32)  # the shift extends the sign


def _cut(block: NDArray[np.uint8], header: EdfHeader, signal: Signal) -> NDArray[np.uint8]:
    return block[:, signal.offset : signal.offset + signal.samples * header.sample_bytes]


def _read(file: BinaryIO, path: Path, start: int, size: int) -> NDArray[np.uint8]:
    file.seek(start)
    content = file.read(size)
    if len(content) < size:
        raise RecordingError(f"{path}: truncated while it was read")
    return np.frombuffer(content, np.uint8)
