"""The received and the expected values of a run, in one form for all sets of taps.

All values are in steps of a token, by tick. Every device sends tokens. If a device also sends its bands, these are used
instead: they are the same numbers with a resolution that is 2^shift times finer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.device import DeviceRun
from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign
from earloop.spec.patches import from_patches, to_patches
from earloop.spec.taps import Taps

FAST_HZ = 8.0  # bands above this frequency and at least this wide settle within half a second


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One run, cropped to the whole patches of both sides.

    wanted, found : float64 [ticks, channels, bands], expected and received, in steps of a token; equal for lost tokens
    tokens_wanted, tokens_found : int16 [ticks, channels, bands]
    rounding : float64 [bands], variance of the rounding of one value, in squared steps of a token
    fast : indices of the bands that settle fast, the widest first
    decimated : int32 [ticks, channels], the device's tap, if it sends it
    """

    design: Design
    wanted: NDArray[np.float64]
    found: NDArray[np.float64]
    tokens_wanted: NDArray[np.int16]
    tokens_found: NDArray[np.int16]
    rounding: NDArray[np.float64]
    fast: tuple[int, ...]
    decimated: NDArray[np.int32] | None

    @property
    def patches(self) -> int:
        """Number of whole patches."""
        return len(self.wanted) // self.design.tokens.patch

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Whether any token differs: bool [patches, channels]."""
        differs = (self.tokens_wanted != self.tokens_found).any(axis=2)
        return np.asarray(to_patches(differs, self.design.tokens.patch).any(axis=-1))

    @property
    def differs_fast(self) -> NDArray[np.bool_]:
        """Whether a fast band differs by more than a rounding, or, if none does, any band: bool [patches, channels]."""
        beyond = np.asarray((np.abs(self.wanted - self.found)[:, :, list(self.fast)] > 1).any(axis=2))
        fast = np.asarray(to_patches(beyond, self.design.tokens.patch).any(axis=-1))
        return np.where(fast.any(axis=0), fast, self.differs)

    @property
    def first_difference_s(self) -> NDArray[np.float64]:
        """Time in seconds of the first token sample that differs, float64 [channels]; infinite if none does."""
        differs = (self.tokens_wanted != self.tokens_found).any(axis=2)
        return np.where(differs.any(axis=0), differs.argmax(axis=0) / self.design.token_rate_hz, np.inf)


def gather_evidence(fixed: FixedDesign, golden: Taps, run: DeviceRun) -> Evidence:
    """Collect the values of a device and those of the golden model."""
    design = fixed.design
    patches = min(len(golden.tokens), len(run.tokens))
    ticks = patches * design.tokens.patch
    tokens_wanted = from_patches(golden.tokens[:patches])
    tokens_found = from_patches(filled_in(run, golden)[:patches])
    shifts = np.array(fixed.token_shifts, float)
    bands = run.taps.get("bands")
    if bands is not None and len(bands) >= ticks:
        wanted, found = golden.bands[:ticks] / 2**shifts, bands[:ticks] / 2**shifts
        rounding = 2 ** (-2 * shifts) / 12
    else:
        wanted, found = tokens_wanted.astype(float), tokens_found.astype(float)
        rounding = np.full(len(shifts), 1 / 12)
    decimated = run.taps.get("decimated")
    enough = decimated is not None and len(decimated) >= ticks
    return Evidence(
        design=design,
        wanted=wanted,
        found=found,
        tokens_wanted=tokens_wanted,
        tokens_found=tokens_found,
        rounding=rounding,
        fast=fast_bands(design),
        decimated=decimated[:ticks] if decimated is not None and enough else None,
    )


def filled_in(run: DeviceRun, golden: Taps) -> NDArray[np.int16]:
    """Return a run's tokens, with lost tokens replaced by those of the golden model so that they count as equal."""
    if run.received is None:
        return run.tokens
    common = min(len(run.tokens), len(golden.tokens))
    tokens = run.tokens.copy()
    tokens[:common][~run.received[:common]] = golden.tokens[:common][~run.received[:common]]
    return tokens


def fast_bands(design: Design) -> tuple[int, ...]:
    """Return the indices of the bands that settle fast, the widest first; the widest of all bands if there are none."""

    def width(index: int) -> float:
        return design.bands[index].high_hz - design.bands[index].low_hz

    by_width = sorted(range(len(design.bands)), key=width, reverse=True)
    fast = [index for index in by_width if design.bands[index].low_hz >= FAST_HZ and width(index) >= FAST_HZ]
    return tuple(fast or by_width[:1])
