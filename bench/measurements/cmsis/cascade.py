"""CMSIS-DSP's cascade on this machine: its coefficients, and its output for a stream."""

from __future__ import annotations

import ctypes
import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.measurements.cmsis.source import FOLDER, PORTABLE, cascade_source, includes

GUARD_BITS = 2  # "the input signal must be scaled down by 2 bits", says its documentation
POST_SHIFT = 1  # feedback coefficients reach 2, so they fit when halved


class _Instance(ctypes.Structure):
    """The C structure `arm_biquad_cas_df1_32x64_ins_q31`."""

    _fields_ = (
        ("stages", ctypes.c_uint8),
        ("state", ctypes.c_void_p),
        ("coefficients", ctypes.c_void_p),
        ("post_shift", ctypes.c_uint8),
    )


def coefficients(sos: NDArray[np.float64]) -> NDArray[np.int32]:
    """Convert two sections, float64 [2, 6], to b0 b1 b2 -a1 -a2 in Q31 times 2^-POST_SHIFT, int32 [2, 5].

    A gain that exceeds the range of the second section's coefficients moves to the first section.
    """
    excess = max(1.0, np.abs(sos[1, :3]).max() / 2**POST_SHIFT * 1.001)
    rows = np.column_stack([sos[:, :3] * [[excess], [1 / excess]], -sos[:, 4:]]) / 2**POST_SHIFT
    return np.asarray(np.clip(np.round(rows * 2.0**31), -(2.0**31), 2.0**31 - 1), np.int32)


def filter_bands(sections: NDArray[np.float64], x: NDArray[np.int64]) -> NDArray[np.float64]:
    """Filter every band of every channel by CMSIS-DSP; float64 [ticks, channels, bands], in steps of the input.

    Parameters
    ----------
    sections : float64 [bands, sections, 6]
    x : int64 [ticks, channels], within 32 bits
    """
    library = _library()
    out = np.empty((*x.shape, len(sections)))
    scaled = (x >> GUARD_BITS).astype(np.int32)
    for band, sos in enumerate(sections):
        rows = coefficients(sos)
        for channel in range(x.shape[1]):
            source, found = np.ascontiguousarray(scaled[:, channel]), np.empty(len(x), np.int32)
            state = np.zeros(4 * len(rows), np.int64)
            instance = _Instance(len(rows), state.ctypes.data, rows.ctypes.data, POST_SHIFT)
            library.arm_biquad_cas_df1_32x64_q31(
                ctypes.byref(instance), *(ctypes.c_void_p(a.ctypes.data) for a in (source, found)), len(x)
            )
            out[:, channel, band] = found * 2.0**GUARD_BITS
    return out


def _library() -> Any:
    path = FOLDER / "libcascade.so"
    command = ["gcc", "-O2", "-shared", "-fPIC", *PORTABLE, *includes(), str(cascade_source()), "-o", str(path)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(path))
