"""The first tap that differs from the golden model: it shows which stage of a device is wrong.

A device that sent tokens alone, and whose tokens are wrong, runs again with all taps that it offers. It receives the
same codes from reset, to the end of the patch with the first difference. The line then carries more data, so this run
may be slow. Of all values that differ, the earliest is named; of several at one tick, the first in the signal path,
which causes the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.check_output import trouble_with_output
from earloop.hil.devices.tap_choice import TAP_NAMES, tap_names
from earloop.hil.diagnosis.evidence import filled_in
from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.judging.compare import Divergence, TapComparison, compare_run
from earloop.hil.judging.own_converter import taps_filled_in
from earloop.hil.run.device import Device, DeviceRun, GivesTapsOnDemand
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.taps import Taps


@dataclass(frozen=True, kw_only=True)
class Departure:
    """The first difference of a device from the golden model, over all taps.

    taps : the compared taps
    first : the earliest difference of these; None if a second run shows none
    samples : number of samples of the second run; None if the first run had all taps
    realtime_factor : speed of the second run relative to real time; None without one
    patch_ticks : length of a patch in ticks
    failed : why the second run failed; None if it did not
    """

    taps: tuple[TapComparison, ...]
    first: Divergence | None
    samples: int | None
    realtime_factor: float | None
    patch_ticks: int
    failed: str | None = None

    @property
    def patch(self) -> int | None:
        """Index of the patch with the first difference; None without a difference."""
        return None if self.first is None else self.first.tick // self.patch_ticks

    @property
    def finding(self) -> Finding:
        """The first difference as a finding of the diagnosis."""
        if self.first is None:
            return Finding(kind=Symptom.FIRST_TAP, where=FindingPlace(), evidence=self._why_unknown())
        place = TAP_NAMES.index(self.first.tap)
        earlier = [tap for tap in self.taps if TAP_NAMES.index(tap.tap) < place]
        before = [tap.tap for tap in earlier if _is_complete(tap)]
        right = f"; {', '.join(before)} {'are' if len(before) > 1 else 'is'} right up to there" if before else ""
        lost = [tap.tap for tap in earlier if not _is_complete(tap)]
        unsure = f"; values of {', '.join(lost)} did not arrive, so an earlier tap may differ first" if lost else ""
        text = f"{self.first.tap}, in patch {self.patch}: {self.first}{right}{unsure}{self._how()}"
        return Finding(
            kind=Symptom.FIRST_TAP, where=FindingPlace((self.first.channel,), self.first.time_s), evidence=text
        )

    def _why_unknown(self) -> str:
        if self.failed is not None:
            return f"unknown, because the second run with all taps failed: {self.failed}"
        if lost := [tap.tap for tap in self.taps if not _is_complete(tap)]:
            return f"unknown, because values of {', '.join(lost)} did not arrive and no other differs{self._how()}"
        return f"unknown, because no value differs{self._how()}: the fault does not occur in every run"

    def _how(self) -> str:
        if self.samples is None or self.realtime_factor is None:
            return ""
        names = ", ".join(tap.tap for tap in self.taps)
        return (
            f" (found in a second run of the first {self.samples:,} samples with the taps {names}, at "
            f"{self.realtime_factor:.2g} x real time)"
        )


def _is_complete(tap: TapComparison) -> bool:
    """Whether every value of a tap arrived and was compared."""
    return not tap.lost and not tap.missing


def find_departure(
    device: Device,
    codes: NDArray[np.int32],
    golden: Taps,
    taps: Sequence[TapComparison],
    run: DeviceRun,
    design: Design,
) -> Departure | None:
    """Find the first tap that differs; None if nothing differs, or if the device has no other taps than tokens.

    Parameters
    ----------
    device : the open device, which has run once
    codes : the codes that it received, int32 [samples, channels]
    golden : the golden model's taps for these codes
    taps, run : the comparison of the first run, and its result
    """
    seen = earliest_difference(taps)
    if seen is None:
        return None
    given = {tap.tap for tap in taps}
    if run.own_samples is None and isinstance(device, GivesTapsOnDemand) and set(tap_names(device.offered)) - given:
        return _second_run(device, codes, golden, seen, design)
    return (
        None
        if given == {"tokens"}
        else Departure(
            taps=tuple(taps), first=seen, samples=None, realtime_factor=None, patch_ticks=design.tokens.patch
        )
    )


def earliest_difference(taps: Sequence[TapComparison]) -> Divergence | None:
    """Return the earliest difference over all taps; of several at one tick, the first in the signal path."""
    found = [tap.first for tap in taps if tap.first is not None]
    return min(found, key=lambda first: first.tick) if found else None


def _second_run(
    device: GivesTapsOnDemand, codes: NDArray[np.int32], golden: Taps, seen: Divergence, design: Design
) -> Departure | None:
    patch = design.tokens.patch
    patches = seen.tick // patch + 1
    samples = patches * design.patch_samples
    unknown = Departure(taps=(), first=None, samples=samples, realtime_factor=None, patch_ticks=patch)
    begins_s = perf_counter()
    try:
        run = device.run_with_all_taps(codes[:samples])
    except LinkError as error:
        return replace(unknown, failed=str(error))
    if run is None:
        return None
    if (trouble := trouble_with_output(run, design)) is not None:
        return replace(unknown, failed=f"its output cannot be compared: {trouble}")
    wanted = golden.first_patches(patches)
    whole = replace(run, tokens=filled_in(run, wanted), taps=taps_filled_in(run, wanted, codes[:samples]))
    found = compare_run(wanted, whole, design, codes[:samples])
    factor = samples / design.converter.rate_hz / (perf_counter() - begins_s)
    return replace(unknown, taps=tuple(found), first=earliest_difference(found), realtime_factor=factor)
