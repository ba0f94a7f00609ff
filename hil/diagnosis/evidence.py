"""What came back beside what should have, in one form whatever taps a device has.

Everything is in steps of a token, tick by tick. Tokens are always there; where a device also emits its bands, those
stand in for them: they are the same numbers, rounded 2^shift times as finely.
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

FAST_HZ = 8.0  # bands that begin here and are as wide forget what was within half a second


@dataclass(frozen=True)
class Evidence:
    """One run, cropped to whole patches that both sides have.

    wanted, found : float64 [ticks, channels, bands], steps of a token; equal where a token was lost on the line
    tokens_wanted, tokens_found : int16 [ticks, channels, bands]
    rounding : variance of the rounding of one value, in squared steps of a token, float64 [bands]
    fast : indices of the bands that forget soon, the widest first
    decimated : the device's own, int32 [ticks, channels], where it emits them
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
        """How many whole ones there are."""
        return len(self.wanted) // self.design.tokens.patch

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Bool [patches, channels]: whether any token differs."""
        differs = (self.tokens_wanted != self.tokens_found).any(axis=2)
        return np.asarray(to_patches(differs, self.design.tokens.patch).any(axis=-1))

    @property
    def differs_fast(self) -> NDArray[np.bool_]:
        """Bool [patches, channels]: a fast band differs by more than a rounding; if none does, any difference."""
        beyond = np.asarray((np.abs(self.wanted - self.found)[:, :, list(self.fast)] > 1).any(axis=2))
        fast = np.asarray(to_patches(beyond, self.design.tokens.patch).any(axis=-1))
        return np.where(fast.any(axis=0), fast, self.differs)

    @property
    def first_difference_s(self) -> NDArray[np.float64]:
        """Time of the first token sample that differs, s, float64 [channels]; infinite where none does."""
        differs = (self.tokens_wanted != self.tokens_found).any(axis=2)
        return np.where(differs.any(axis=0), differs.argmax(axis=0) / self.design.token_rate_hz, np.inf)


def gather_evidence(fixed: FixedDesign, golden: Taps, run: DeviceRun) -> Evidence:
    """Lay what a device gave back beside what the golden model gives."""
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
        design,
        wanted,
        found,
        tokens_wanted,
        tokens_found,
        rounding,
        fast_bands(design),
        decimated[:ticks] if decimated is not None and enough else None,
    )


def filled_in(run: DeviceRun, golden: Taps) -> NDArray[np.int16]:
    """A run's tokens, those that were lost on the line taken from the golden model: nothing is said against them."""
    if run.received is None:
        return run.tokens
    common = min(len(run.tokens), len(golden.tokens))
    tokens = run.tokens.copy()
    tokens[:common][~run.received[:common]] = golden.tokens[:common][~run.received[:common]]
    return tokens


def fast_bands(design: Design) -> tuple[int, ...]:
    """Indices of the bands that forget soon, the widest first; the widest of all where there are none."""

    def width(index: int) -> float:
        return design.bands[index].high_hz - design.bands[index].low_hz

    by_width = sorted(range(len(design.bands)), key=width, reverse=True)
    fast = [index for index in by_width if design.bands[index].low_hz >= FAST_HZ and width(index) >= FAST_HZ]
    return tuple(fast or by_width[:1])
