"""The verdict so far: compares a device with the golden model and the float path, patch by patch.

A patch is judged when it is complete, or when a row of a later patch has arrived: a line keeps the order, so missing
rows are then lost. In every pass over a recording, only whole patches count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.compare import Divergence, TapComparison, compare_tap
from earloop.hil.judging.criteria import JudgedFigures
from earloop.hil.judging.criterion import Criterion
from earloop.hil.judging.judgeable import no_input
from earloop.hil.judging.sqnr import band_quality, band_sums, no_sums
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.judging.yardstick import RunningYardstick, Yardstick
from earloop.hil.live.recent import JudgedPatch, Recent
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap
from earloop.spec.patches import from_patches
from earloop.spec.reference import FloatTokenizer
from earloop.spec.taps import Taps


@dataclass(frozen=True, kw_only=True)
class Account(JudgedFigures):
    """The figures of a tally at one moment, and the criteria computed from them.

    patches : number of judged patches; before the first there are no criteria
    tokens : number of tokens in these patches, including lost ones
    """

    patches: int
    tokens: int

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of `JudgedFigures`, once a patch was judged."""
        return super().criteria if self.patches else ()


class _Patch:
    """The received values of one patch, with the layout of `earloop.spec.golden.Taps`, and which of them arrived."""

    def __init__(self, channels: int, bands: int, length: int) -> None:
        self.tokens = np.zeros((channels, bands, length), np.int16)
        self.received = np.zeros((channels, bands), bool)
        self.bands = np.zeros((length, channels, bands), np.int32)
        self.rows_received = np.zeros((length, channels), bool)


class Tally:
    """Accumulates the figures of an `Account`.

    Parameters
    ----------
    fixed : the compiled design
    taps : the taps that the device sends; SQNR is computed from its bands, or else from the golden model's, with which
        the tokens are compared

    Attributes
    ----------
    recent : the newest judged patches of this pass
    """

    def __init__(self, fixed: FixedDesign, taps: Tap) -> None:
        design = fixed.design
        self._fixed, self._taps = fixed, taps
        self._length, self._block = design.tokens.patch, design.patch_samples
        self._shape = len(design.channels), len(design.bands)
        self._lost = self._patches = 0
        self._saturated = 0  # number of token samples that the golden model clipped
        self._compared = {
            tap: TapComparison(tap=tap, compared=0, mismatches=0, missing=0, first=None) for tap in ("tokens", "bands")
        }
        self._sums = [no_sums(self._shape[0]) for _ in design.bands]
        self._input = no_input(self._shape[0])
        self.begin_pass(np.zeros((0, self._shape[0]), np.int32))

    def begin_pass(self, codes: NDArray[np.int32]) -> None:
        """Begin a pass: the device processes codes, int32 [samples, channels], from reset."""
        self._codes, self.recent = codes, Recent(self._fixed)
        self._judged = self._next = 0  # patch indices in this pass
        self.begin(0)

    def begin(self, first: int) -> None:
        """Note a restart of the device at sample `first` of the pass; earlier judgements remain."""
        from earloop.spec.golden import GoldenTokenizer

        self._close_before(first // self._block)
        if first:
            self.recent.restarted(first // self._block)
        self._golden, self._float = GoldenTokenizer(self._fixed), FloatTokenizer(self._fixed.design)
        self._yardstick = RunningYardstick(self._fixed)
        self._next = first // self._block  # patch
        self._open: defaultdict[int, _Patch] = defaultdict(lambda: _Patch(*self._shape, self._length))

    @property
    def judged_samples(self) -> int:
        """Number of samples of this pass whose patches were judged."""
        return self._next * self._block

    def token(self, place: tuple[int, ...], values: NDArray[Any]) -> None:
        """Add a token, int16 [patch], at (patch, channel, band) of the pass."""
        patch, *at = place
        self._close_before(patch)
        found = self._open[patch]
        found.tokens[tuple(at)], found.received[tuple(at)] = values, True
        if found.received.all():
            self._close_before(patch + 1)

    def band_row(self, place: tuple[int, ...], values: NDArray[Any]) -> None:
        """Add a row of the bands tap, int32 [bands], at (tick, channel) of the pass."""
        tick, channel = place
        patch, row = divmod(tick, self._length)
        if patch >= self._next:
            self._open[patch].bands[row, channel], self._open[patch].rows_received[row, channel] = values, True

    def end_pass(self) -> None:
        """End the pass: missing rows of whole patches are lost."""
        self._close_before(len(self._codes) // self._block)

    def account(self) -> Account:
        """Return the figures so far."""
        design = self._fixed.design
        taps = (self._compared["tokens"], *((self._compared["bands"],) if self._taps & Tap.BANDS else ()))
        qualities = tuple(band_quality(design, band, each) for band, each in zip(design.bands, self._sums, strict=True))
        tokens = self._patches * self._shape[0] * self._shape[1]
        return Account(
            design=design,
            tolerances=Tolerances(),
            taps=taps,
            qualities=qualities,
            input_counts=self._input,
            saturated_share=self._saturated / max(1, tokens * self._length),
            lost_tokens=self._lost,
            has_line=True,
            patches=self._patches,
            tokens=tokens,
        )

    def _close_before(self, patch: int) -> None:
        while self._next < patch:
            block = self._codes[self._next * self._block : (self._next + 1) * self._block]
            saturated = self._golden.saturated_tokens.sum()
            golden, floats = self._golden.push(block), self._float.push(block)
            yardstick = self._yardstick.push(golden.decimated, floats.bands)
            found = self._open.pop(self._next, None) or _Patch(*self._shape, self._length)
            if self._next >= self._judged:  # otherwise it was judged before the device restarted
                self._input = self._input.and_then(block, self._fixed.design)
                self._saturated += int(self._golden.saturated_tokens.sum() - saturated)
                self._judge(found, golden, yardstick)
                self.recent.add(self._judged_patch(block, golden, found))
                self._judged = self._next + 1
            self._next += 1

    def _judged_patch(self, codes: NDArray[np.int32], golden: Taps, found: _Patch) -> JudgedPatch:
        bands = golden.bands
        if self._taps & Tap.BANDS:
            bands = np.where(found.rows_received[..., None], found.bands, bands)
        return JudgedPatch(
            number=self._next, codes=codes, golden=golden, tokens=found.tokens, received=found.received, bands=bands
        )

    def _judge(self, found: _Patch, golden: Taps, yardstick: Yardstick) -> None:
        self._patches += 1
        self._lost += int((~found.received).sum())
        tokens = np.where(found.received[..., None], found.tokens, golden.tokens[0])
        received = np.broadcast_to(found.received, (self._length, *self._shape))
        self._compare("tokens", from_patches(golden.tokens), from_patches(tokens[None]), received)
        bands, valid = golden.bands, ~yardstick.beyond
        if self._taps & Tap.BANDS:
            received = np.broadcast_to(found.rows_received[..., None], bands.shape)
            bands, valid = np.where(received, found.bands, golden.bands), valid & received
            self._compare("bands", golden.bands, bands, received)
        new = band_sums(self._fixed.design, bands, golden.bands, yardstick.bands, valid)
        self._sums = [before + each for before, each in zip(self._sums, new, strict=True)]

    def _compare(self, tap: str, expected: NDArray[Any], found: NDArray[Any], received: NDArray[np.bool_]) -> None:
        """Add one patch of a tap, [ticks, channels, bands], to its comparison."""
        new = compare_tap(tap, expected, found, self._fixed.design)
        first = None if new.first is None else self._in_pass(new.first)
        new = replace(new, compared=int(received.sum()), first=first)
        self._compared[tap] = self._compared[tap].and_then(new)

    def _in_pass(self, first: Divergence) -> Divergence:
        """Return a difference with its position in the pass instead of in the current patch."""
        sample = first.sample + self._next * self._block
        rate_hz = self._fixed.design.converter.rate_hz
        return replace(first, tick=first.tick + self._next * self._length, sample=sample, time_s=sample / rate_hz)
