"""Compares the taps of a device with the golden model, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.device import DeviceRun
from earloop.spec.design import Design
from earloop.spec.patches import from_patches
from earloop.spec.taps import Taps

CODES = "codes"


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """The first value that differs, in time, then channel, then band.

    tick : index of the tokenizer's sample
    sample : index of the newest converter sample that it depends on
    time_s : time of that sample
    band : None for a tap before the bands
    """

    tap: str
    tick: int
    sample: int
    time_s: float
    channel: str
    band: str | None
    expected: int
    found: int

    def __str__(self) -> str:
        where = f"channel {self.channel}" + (f", band {self.band}" if self.band else "")
        return (
            f"{where}, sample {self.sample} ({self.time_s:.3f} s, tick {self.tick}): "
            f"expected {self.expected}, found {self.found}"
        )


@dataclass(frozen=True, kw_only=True)
class TapComparison:
    """The comparison of one tap; all counts are numbers of values.

    missing : values that the device did not send, or sent beyond the end
    lost : values that were lost on the line, and are not compared
    """

    tap: str
    compared: int
    mismatches: int
    missing: int
    first: Divergence | None
    lost: int = 0

    def and_then(self, later: TapComparison) -> TapComparison:
        """Return the comparison of this part and the later one together."""
        return TapComparison(
            tap=self.tap,
            compared=self.compared + later.compared,
            mismatches=self.mismatches + later.mismatches,
            missing=self.missing + later.missing,
            first=self.first or later.first,
            lost=self.lost + later.lost,
        )

    @property
    def trouble(self) -> str | None:
        """The difference in words; None if there is none."""
        if self.first:
            return f"{self.mismatches:,} of {self.compared:,} values differ, the first at {self.first}"
        if self.missing:
            return f"{self.missing:,} values missing or too many"
        return f"{self.lost:,} values lost on the line" if self.lost else None

    def trouble_beyond(self, mismatches: int, *, may_lose: bool) -> str | None:
        """Return the difference in words if it exceeds the allowed number of mismatches, else None.

        `may_lose` says whether lost values are allowed. Lost tokens have their own criterion, and do not count here.
        """
        over = self.mismatches - mismatches
        if over <= 0 and not self.missing and (may_lose or self.tap == "tokens" or not self.lost):
            return None
        if mismatches and over > 0:
            return f"{self.trouble}; {mismatches:,} are allowed, {over:,} too many"
        return self.trouble


def compare_run(golden: Taps, run: DeviceRun, design: Design, codes: NDArray[np.int32]) -> list[TapComparison]:
    """Compare the tokens and every other tap that the device sent.

    Parameters
    ----------
    golden : the golden model's taps for the codes
    codes : the codes that the device received, int32 [samples, channels]
    """
    expected: Mapping[str, NDArray[Any]] = {
        CODES: codes,
        "decimated": golden.decimated,
        "notched": golden.notched,
        "bands": golden.bands,
        "tokens": from_patches(golden.tokens),
    }
    found: dict[str, NDArray[Any]] = {**run.taps, "tokens": from_patches(run.tokens)}
    taps = [compare_tap(name, expected[name], found[name], design) for name in expected if name in found]
    return [replace(tap, compared=tap.compared - (lost := _lost(run, tap.tap)), lost=lost) for tap in taps]


def _lost(run: DeviceRun, tap: str) -> int:
    """Return the number of values of a tap that were lost on the line."""
    received, values = (
        (run.received, run.tokens) if tap == "tokens" else (run.taps_received.get(tap), run.taps.get(tap))
    )
    if received is None or values is None:
        return 0
    return int((~received).sum()) * int(np.prod(values.shape[received.ndim :]))


def compare_tap(tap: str, expected: NDArray[Any], found: NDArray[Any], design: Design) -> TapComparison:
    """Compare one tap; a row that one side lacks counts as missing.

    expected, found : [ticks, channels] or [ticks, channels, bands]; for `codes`, [samples, channels]
    """
    common = min(len(expected), len(found))
    differs = expected[:common] != found[:common]
    missing = abs(len(expected) - len(found)) * int(np.prod(expected.shape[1:]))
    first = None
    if differs.any():
        index = tuple(int(i) for i in np.argwhere(differs)[0])
        row, channel = index[0], index[1]
        sample = row if tap == CODES else design.newest_sample(row)
        first = Divergence(
            tap=tap,
            tick=sample // design.decimator.factor,
            sample=sample,
            time_s=sample / design.converter.rate_hz,
            channel=design.channels[channel],
            band=design.band_names[index[2]] if len(index) > 2 else None,
            expected=int(expected[index]),
            found=int(found[index]),
        )
    return TapComparison(tap=tap, compared=differs.size, mismatches=int(differs.sum()), missing=missing, first=first)
