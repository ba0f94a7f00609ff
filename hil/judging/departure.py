"""The first tap that departs from the golden model: which stage of a wrong device is at fault, and where.

A device that gave tokens alone, and whose tokens are wrong, is run once more with all taps that it offers. The same
codes go in from reset, up to the end of the patch in which the first difference lay: whatever came before it is in
there. The line carries more then, and the run is as slow as the line makes it. Of all values that differ, the earliest
is named; of several at one tick, the one furthest up the signal path, from which the others follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.tap_choice import TAP_NAMES, tap_names
from earloop.hil.diagnosis.evidence import filled_in
from earloop.hil.diagnosis.finding import Finding, Place, Symptom
from earloop.hil.judging.compare import Divergence, TapComparison, compare_run
from earloop.hil.judging.own_converter import taps_filled_in
from earloop.hil.run.device import Device, DeviceRun, GivesTapsOnDemand
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.taps import Taps


@dataclass(frozen=True)
class Departure:
    """Where a device first departs.

    taps : every tap that was compared to find it
    first : the earliest difference over these; None where a second run shows none
    samples : length of the second run; None where the first one gave all taps
    realtime_factor : seconds of signal that the second run took in a second; None where there was none
    patch_ticks : length of a patch
    failed : why the second run did not come to its end; None where it did
    """

    taps: tuple[TapComparison, ...]
    first: Divergence | None
    samples: int | None
    realtime_factor: float | None
    patch_ticks: int
    failed: str | None = None

    @property
    def patch(self) -> int | None:
        """Index of the patch in which it first departs."""
        return None if self.first is None else self.first.tick // self.patch_ticks

    @property
    def finding(self) -> Finding:
        """As a line of the diagnosis."""
        if self.first is None:
            return Finding(Symptom.FIRST_TAP, Place(), self._nothing())
        place = TAP_NAMES.index(self.first.tap)
        before = [tap.tap for tap in self.taps if TAP_NAMES.index(tap.tap) < place]
        right = f"; {', '.join(before)} {'are' if len(before) > 1 else 'is'} right until then" if before else ""
        text = f"{self.first.tap}, in patch {self.patch}: {self.first}{right}{self._how()}"
        return Finding(Symptom.FIRST_TAP, Place((self.first.channel,), self.first.time_s), text)

    def _nothing(self) -> str:
        if self.failed is not None:
            return f"not known, for the second run with all taps failed: {self.failed}"
        return f"not known, for nothing differs{self._how()}: the fault does not show every time"

    def _how(self) -> str:
        if self.samples is None or self.realtime_factor is None:
            return ""
        names = ", ".join(tap.tap for tap in self.taps)
        return (
            f" (found in a second run of the first {self.samples:,} samples with the taps {names}, at "
            f"{self.realtime_factor:.2g} x real time)"
        )


def find_departure(
    device: Device,
    codes: NDArray[np.int32],
    golden: Taps,
    taps: Sequence[TapComparison],
    run: DeviceRun,
    design: Design,
) -> Departure | None:
    """The first tap that departs; None where nothing differs, or where the device gives tokens and nothing else.

    Parameters
    ----------
    device : open, and run once
    codes : that it was given, int32 [samples, channels]
    golden : what the golden model makes of them
    taps, run : what came of the first run, and how it compares
    """
    seen = first_of(taps)
    if seen is None:
        return None
    given = {tap.tap for tap in taps}
    if run.own_samples is None and isinstance(device, GivesTapsOnDemand) and set(tap_names(device.offered)) - given:
        return _second_run(device, codes, golden, seen, design)
    return None if given == {"tokens"} else Departure(tuple(taps), seen, None, None, design.tokens.patch)


def first_of(taps: Sequence[TapComparison]) -> Divergence | None:
    """The earliest difference over all taps; of several at one tick, the one furthest up the signal path."""
    found = [tap.first for tap in taps if tap.first is not None]
    return min(found, key=lambda first: first.tick) if found else None


def _second_run(
    device: GivesTapsOnDemand, codes: NDArray[np.int32], golden: Taps, seen: Divergence, design: Design
) -> Departure | None:
    patch = design.tokens.patch
    patches = seen.tick // patch + 1
    samples = patches * patch * design.decimator.factor
    begins_s = perf_counter()
    try:
        run = device.run_with_all_taps(codes[:samples])
    except LinkError as error:
        return Departure((), None, samples, None, patch, str(error))
    if run is None:
        return None
    ticks = patches * patch
    wanted = Taps(
        decimated=golden.decimated[:ticks],
        notched=golden.notched[:ticks],
        bands=golden.bands[:ticks],
        tokens=golden.tokens[:patches],
    )
    whole = replace(run, tokens=filled_in(run, wanted), taps=taps_filled_in(run, wanted, codes[:samples]))
    found = compare_run(wanted, whole, design, codes[:samples])
    factor = samples / design.converter.rate_hz / (perf_counter() - begins_s)
    return Departure(tuple(found), first_of(found), samples, factor, patch)
