"""The C kernel on this machine, with the interface of the golden model, so that both run the same tests."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.firmware.build import build_host
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps


@dataclass(frozen=True)
class SaturationCounts:
    """Numbers of saturated samples since reset; `inputs` are decimated and notched samples."""

    inputs: int
    bands: int
    tokens: int


class HostKernel:
    """`firmware/src/tokenizer.c` compiled for the host; it takes blocks as `earloop.spec.golden.GoldenTokenizer` does.

    Parameters
    ----------
    fixed : the compiled design
    library : a shared library from `earloop.firmware.build.build_host`; by default it is built
    """

    def __init__(self, fixed: FixedDesign, library: Path | None = None) -> None:
        self.fixed = fixed
        self._library = ctypes.CDLL(str(library or build_host(fixed)))
        self._state = ctypes.create_string_buffer(self._library.library_kernel_bytes())
        self.reset()

    def reset(self) -> None:
        """Reset the state: the next sample is the first."""
        self._samples = 0
        self._library.tokenizer_reset(self._state)

    @property
    def saturated(self) -> SaturationCounts:
        """The numbers of saturated samples since reset."""
        counts = (ctypes.c_uint32 * 3)()
        self._library.library_kernel_counters(self._state, counts)
        return SaturationCounts(*counts)

    def push(self, codes: NDArray[np.integer[Any]]) -> Taps:
        """Process a block of converter codes, int24 [samples, channels], of any length, and return every tap."""
        design = self.fixed.design
        channels, bands, patch = len(design.channels), len(design.bands), design.tokens.patch
        if codes.ndim != 2 or codes.shape[1] != channels:
            raise ValueError(f"codes of shape {codes.shape}: wanted [samples, {channels}]")
        before, after = (design.ticks_in(n) for n in (self._samples, self._samples + len(codes)))
        self._samples += len(codes)
        decimated, notched = (np.empty((after - before, channels), np.int32) for _ in range(2))
        band_samples = np.empty((after - before, channels, bands), np.int32)
        tokens = np.empty((after // patch - before // patch, channels, bands, patch), np.int16)
        block = np.ascontiguousarray(codes, np.int32)
        arrays = (a.ctypes.data_as(ctypes.c_void_p) for a in (decimated, notched, band_samples, tokens))
        self._library.library_kernel_run(
            self._state, block.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint32(len(block)), *arrays
        )
        return Taps(decimated, notched, band_samples, tokens)
