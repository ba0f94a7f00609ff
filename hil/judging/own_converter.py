"""How samples are judged that a device took from a converter of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.judging.compare import CODES, Divergence, TapComparison, compare_tap
from earloop.hil.judging.criterion import Criterion, CriterionState, count_criterion, state_of
from earloop.hil.judging.own_in_words import clock_in_words, clock_trouble
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.own_samples import OwnSamples
from earloop.spec.design import Design
from earloop.spec.reference import FloatTaps, float_taps
from earloop.spec.taps import Taps, concatenate_taps


def float_taps_anew(design: Design, codes: NDArray[np.int32], begins: Sequence[int]) -> FloatTaps:
    """The float path, begun anew at each of these samples, whole patches apart, the first of which is 0."""
    return concatenate_taps([float_taps(design, part) for part in np.split(codes, begins[1:])])


def taps_filled_in(run: DeviceRun, golden: Taps, codes: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """A run's taps; rows that were lost on the line are taken from the golden model, and from the codes that were sent.

    Nothing is said against a row that was lost.
    """
    filled = dict(run.taps)
    for name, there in run.taps_there.items():
        filled[name] = run.taps[name].copy()
        filled[name][~there] = (codes if name == CODES else getattr(golden, name))[~there]
    return filled


def compare_codes(own: OwnSamples | None, design: Design) -> list[TapComparison]:
    """Every sample that came against what the converter's model gave; nothing where there is no model.

    A difference's sample and tick count as the device counts its samples.
    """
    segments = () if own is None else own.segments
    witnessed = [(segment, segment.given) for segment in segments if segment.given is not None]
    if not witnessed or len(witnessed) < len(segments):
        return []
    found = []
    for segment, given in witnessed:
        common = min(len(given), len(segment.codes))
        codes = np.where(segment.there[:common, None], segment.codes[:common], given[:common])
        tap = compare_tap(CODES, given[:common], codes, design)
        lost, missing = int((~segment.there[:common]).sum()), len(segment.codes) - common
        first = None if tap.first is None else _at(tap.first, segment.first + tap.first.sample, design)
        lost, missing = (rows * len(design.channels) for rows in (lost, missing))
        found.append(replace(tap, compared=tap.compared - lost, missing=missing, lost=lost, first=first))
    return [reduce(TapComparison.and_then, found)]


def own_criteria(own: OwnSamples, limits: Tolerances) -> list[Criterion]:
    """How much the line lost, how often the converter was restarted, and how fast its clock ran."""
    restarts, allowed = own.restarts, limits.converter_restarts
    why = (f"the converter was started anew {restarts} times ({own.fault}); {allowed} may be",)
    return [
        Criterion(
            name="samples that are lost are counted",
            measure="samples lost",
            found=own.lost,
            limit=None,
            unit="samples",
            found_words=f"{own.lost:,} of {own.taken:,}",
            limit_words="",
            state=CriterionState.NOT_ASKED,
        ),
        count_criterion(
            name=f"{allowed} restarts of the converter at most",
            measure="restarts of the converter",
            found=restarts,
            limit=allowed,
            unit="restarts",
            why=why if restarts > allowed else (),
        ),
        _clock(own, None if own.emulated else limits.max_clock_ppm),
    ]


def _clock(own: OwnSamples, limit: float | None) -> Criterion:
    """Of a converter's clock; of an emulated one, whose time is not the host's, nothing is asked."""
    trouble = None if limit is None else clock_trouble(own, limit)
    why = () if trouble is None else (trouble,)
    return Criterion(
        name="the clock is measured" if limit is None else f"the clock within {limit:g} ppm",
        measure="clock",
        found=None if own.clock is None else abs(own.clock.drift_ppm),
        limit=limit,
        unit="ppm",
        found_words=clock_in_words(own),
        limit_words="" if limit is None else f"{limit:g} ppm",
        state=state_of(why, limit=limit),
        why=why,
    )


def placed(taps: Sequence[TapComparison], own: OwnSamples | None, design: Design) -> list[TapComparison]:
    """Comparisons of the judged parts, with each difference's sample and time as the device counts its samples."""
    if own is None:
        return list(taps)
    return [
        tap
        if tap.first is None
        else replace(tap, first=replace(_at(tap.first, own.counted(tap.first.sample), design), tick=tap.first.tick))
        for tap in taps
    ]


def _at(first: Divergence, sample: int, design: Design) -> Divergence:
    tick, time_s = design.ticks_in(sample), sample / design.converter.rate_hz
    return replace(first, sample=sample, tick=tick, time_s=time_s)
