"""Between uV at the electrode and a converter's two's-complement codes (ADS1299: SBAS499C, section 9.5.1)."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import RecordingError


class Coding(Protocol):
    """What codes mean: a design's converter, or a `FrontEnd`."""

    @property
    def bits(self) -> int: ...

    @property
    def lsb_uv(self) -> float:
        """Input-referred size of one code, uV."""


def code_limits(converter: Coding) -> tuple[int, int]:
    """The lowest and the highest code; the converter clips to them."""
    return -(2 ** (converter.bits - 1)), 2 ** (converter.bits - 1) - 1


def uv_to_codes(uv: NDArray[np.floating[Any]], converter: Coding) -> NDArray[np.int32]:
    """Round input-referred uV to the nearest code and clip to the converter's range.

    Parameters
    ----------
    uv : float, any shape, uV
    converter : gives the step and the width

    Returns
    -------
    int32, same shape
        Halves go to the even code. Infinities clip.

    Raises
    ------
    RecordingError
        A value is not a number.
    """
    if np.isnan(uv).any():
        raise RecordingError(f"{int(np.isnan(uv).sum())} of {uv.size} values to be converted are not numbers")
    low, high = code_limits(converter)
    return np.clip(np.rint(np.asarray(uv, np.float64) / converter.lsb_uv), low, high).astype(np.int32)


def codes_to_uv(codes: NDArray[np.integer[Any]], converter: Coding) -> NDArray[np.float64]:
    """Input-referred uV, float64, same shape, of converter codes."""
    return np.asarray(codes, np.float64) * converter.lsb_uv


def count_clipped(codes: NDArray[np.integer[Any]], converter: Coding) -> NDArray[np.int64]:
    """Samples at either end of the range, int64 [channels], of codes [samples, channels]."""
    low, high = code_limits(converter)
    clipped: NDArray[np.int64] = ((codes <= low) | (codes >= high)).sum(axis=0, dtype=np.int64)
    return clipped
