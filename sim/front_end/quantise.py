"""Conversion between uV at the electrode and two's-complement codes (ADS1299: SBAS499C, section 9.5.1)."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import RecordingError


class Coding(Protocol):
    """The width and the size of codes, as a design's converter or a `FrontEnd` has them."""

    @property
    def bits(self) -> int:
        """Width of a code, bits."""

    @property
    def lsb_uv(self) -> float:
        """Input-referred size of one code, uV."""


def code_limits(converter: Coding) -> tuple[int, int]:
    """Return the lowest and the highest code, to which the converter clips."""
    return -(2 ** (converter.bits - 1)), 2 ** (converter.bits - 1) - 1


def uv_to_codes(uv: NDArray[np.floating[Any]], converter: Coding) -> NDArray[np.int32]:
    """Round input-referred uV to the nearest code and clip to the converter's range.

    Parameters
    ----------
    uv : float, any shape, uV
    converter : width and size of a code

    Returns
    -------
    int32, same shape
        Halves round to the even code. Infinities clip.

    Raises
    ------
    RecordingError
        A value is NaN.
    """
    if np.isnan(uv).any():
        raise RecordingError(f"{int(np.isnan(uv).sum())} of {uv.size} values are NaN; codes need finite values")
    low, high = code_limits(converter)
    return np.clip(np.rint(np.asarray(uv, np.float64) / converter.lsb_uv), low, high).astype(np.int32)


def codes_to_uv(codes: NDArray[np.integer[Any]], converter: Coding) -> NDArray[np.float64]:
    """Return the input-referred uV of converter codes, float64, same shape."""
    return np.asarray(codes, np.float64) * converter.lsb_uv


def count_clipped(codes: NDArray[np.integer[Any]], converter: Coding) -> NDArray[np.int64]:
    """Count the samples at the ends of the range, int64 [channels], in codes [samples, channels]."""
    low, high = code_limits(converter)
    clipped: NDArray[np.int64] = ((codes <= low) | (codes >= high)).sum(axis=0, dtype=np.int64)
    return clipped
