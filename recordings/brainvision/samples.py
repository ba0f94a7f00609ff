"""The samples of a BrainVision recording: binary or text, ordered by time (multiplexed) or by channel (vectorized)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.brainvision.header import BrainVisionHeader
from earloop.recordings.recording import RecordingError

BLOCK = 1 << 23  # bytes, or cells, read at once
LONGEST_LINE = 1 << 26  # characters of a line of text: a channel of some eight million samples


class SampleFile(ABC):
    """The samples of one recording; `count` is their number in each channel."""

    count: int

    @abstractmethod
    def read(self, columns: Sequence[int], first: int, stop: int) -> list[NDArray[np.float64]]:
        """Return samples `first` to before `stop` of channels, float64, as the file writes them."""


def samples_of(path: Path, header: BrainVisionHeader) -> SampleFile:
    """Open and count the samples of a recording.

    Raises
    ------
    RecordingError
        The file is empty or truncated, or its length is not that in the header.
    """
    samples = _Binary(header) if header.dtype else _Text(header)
    if header.points is not None and header.points != samples.count:
        truncated = "truncated: " if samples.count < header.points else ""
        raise RecordingError(
            f"{header.data_path}: {truncated}{samples.count} samples of {len(header.channels)} channels, but "
            f"{path.name} says {header.points}: if the samples are complete, edit its line DataPoints={header.points}"
        )
    return samples


class _Binary(SampleFile):
    def __init__(self, header: BrainVisionHeader) -> None:
        self._header, self._dtype = header, np.dtype(header.dtype)
        size, frame_bytes = header.data_path.stat().st_size, self._dtype.itemsize * len(header.channels)
        if not size or size % frame_bytes:
            raise RecordingError(
                f"{header.data_path}: truncated: {size} bytes is not a whole number of {frame_bytes}-byte samples "
                f"({len(header.channels)} channels of {self._dtype.itemsize} bytes)"
            )
        self.count = size // frame_bytes

    def read(self, columns: Sequence[int], first: int, stop: int) -> list[NDArray[np.float64]]:
        """Return the values of channels, some of which may be NaN or infinite."""
        with np.errstate(invalid="ignore"):
            return self._read(columns, first, stop)

    def _read(self, columns: Sequence[int], first: int, stop: int) -> list[NDArray[np.float64]]:
        width, size = len(self._header.channels), self._dtype.itemsize
        arrays = [np.empty(stop - first) for _ in columns]
        if not self._header.multiplexed:
            for i, out in zip(columns, arrays, strict=True):
                out[:] = self._values((i * self.count + first) * size, stop - first)
            return arrays
        at_once = max(1, BLOCK // (width * size))
        for start in range(first, stop, at_once):
            count = min(at_once, stop - start)
            frames = self._values(start * width * size, count * width).reshape(count, width)
            for i, out in zip(columns, arrays, strict=True):
                out[start - first : start - first + count] = frames[:, i]
        return arrays

    def _values(self, at: int, count: int) -> NDArray[np.generic]:
        with self._header.data_path.open("rb") as file:
            file.seek(at)
            content = file.read(count * self._dtype.itemsize)
        if len(content) < count * self._dtype.itemsize:
            raise RecordingError(f"{self._header.data_path}: truncated while it was read")
        return np.frombuffer(content, self._dtype)


class _Text(SampleFile):
    """Samples as text: one line for each sample, or one line for each channel."""

    def __init__(self, header: BrainVisionHeader) -> None:
        self._header, self._path, self._width = header, header.data_path, len(header.channels)
        lines = sum(1 for _ in self._lines())
        if header.multiplexed:
            self.count = lines
        elif lines != self._width:
            raise RecordingError(f"{self._path}: truncated: {lines} lines, one for each channel; wanted {self._width}")
        else:
            self.count = len(self._cells(*next(self._lines())))
        if not self.count:
            raise RecordingError(f"{self._path}: truncated: it has no samples")

    def read(self, columns: Sequence[int], first: int, stop: int) -> list[NDArray[np.float64]]:
        """Return the numbers of channels, read line by line."""
        if not self._header.multiplexed:
            return self._read_vectorized(columns, first, stop)
        lines, done = islice(self._lines(), first, stop), 0
        table = np.empty((stop - first, len(columns)))
        while block := list(islice(lines, max(1, BLOCK // (8 * self._width)))):
            for number, line in block:
                cells = self._cells(number, line, self._width)
                table[done] = self._numbers(number, [cells[i] for i in columns])
                done += 1
        if done < len(table):
            raise RecordingError(f"{self._path}: truncated while it was read")
        return [np.ascontiguousarray(table[:, i]) for i in range(len(columns))]

    def _read_vectorized(self, columns: Sequence[int], first: int, stop: int) -> list[NDArray[np.float64]]:
        arrays = {}
        for i, (number, line) in enumerate(self._lines()):
            if i in columns:
                arrays[i] = self._numbers(number, self._cells(number, line, self.count)[first:stop])
        if len(arrays) < len(columns):
            raise RecordingError(f"{self._path}: truncated while it was read")
        return [arrays[i] for i in columns]

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Yield lines that are not blank, after those to skip, with their numbers as an editor counts them."""
        number = 0
        with self._path.open(encoding="latin-1") as file:
            while line := file.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise RecordingError(
                        f"{self._path}: line {number} has {LONGEST_LINE:,} characters or more; wanted fewer"
                    )
                if number > self._header.skip_lines and line.strip():
                    yield number, line

    def _cells(self, number: int, line: str, wanted: int | None = None) -> list[str]:
        """Split a line at blanks, semicolons, or commas if these are not the decimal symbol."""
        separators = ";" if self._header.decimal == "," else ";,"
        cells = line.translate(str.maketrans(separators, " " * len(separators))).split()[self._header.skip_columns :]
        if wanted is not None and len(cells) != wanted:
            raise RecordingError(
                f"{self._path}: truncated or damaged: line {number} has {len(cells)} values; wanted {wanted} "
                f"(SkipLines={self._header.skip_lines}, SkipColumns={self._header.skip_columns})"
            )
        return cells

    def _numbers(self, number: int, cells: Sequence[str]) -> NDArray[np.float64]:
        if self._header.decimal == ",":
            cells = [cell.replace(",", ".") for cell in cells]
        try:
            if any("_" in cell for cell in cells):  # Python reads 1_0 as 10
                raise ValueError("a number with _ in it")
            return np.array(cells, np.float64)
        except ValueError as error:
            raise RecordingError(
                f"{self._path}: line {number}: {error}; wanted numbers (SkipLines={self._header.skip_lines}, "
                f"SkipColumns={self._header.skip_columns}, DecimalSymbol={self._header.decimal})"
            ) from None
