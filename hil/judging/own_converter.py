"""Judges the samples of an acquisition."""

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


def float_taps_from_resets(design: Design, codes: NDArray[np.int32], starts: Sequence[int]) -> FloatTaps:
    """Run the float path from reset at each sample in `starts`, which begins with 0 and is in whole patches."""
    return concatenate_taps([float_taps(design, part) for part in np.split(codes, starts[1:])])


def taps_filled_in(run: DeviceRun, golden: Taps, codes: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """Return a run's taps, with lost rows replaced by the golden model's and lost codes by those that were sent.

    So a lost row does not count as different.
    """
    filled = dict(run.taps)
    for name, received in run.taps_received.items():
        wanted = codes if name == CODES else getattr(golden, name)
        common = min(len(received), len(wanted))  # a device whose clock differs sends more or fewer rows
        lost = ~received[:common]
        filled[name] = run.taps[name].copy()
        filled[name][:common][lost] = wanted[:common][lost]
    return filled


def compare_codes(own_samples: OwnSamples | None, design: Design) -> list[TapComparison]:
    """Compare every received sample with the converter's model; return nothing without a model.

    Sample and tick of a difference are the device's counts.
    """
    segments = () if own_samples is None else own_samples.segments
    with_model = [(segment, segment.converted) for segment in segments if segment.converted is not None]
    if not with_model or len(with_model) < len(segments):
        return []
    found = []
    for segment, converted in with_model:
        common = min(len(converted), len(segment.codes))
        codes = np.where(segment.received[:common, None], segment.codes[:common], converted[:common])
        tap = compare_tap(CODES, converted[:common], codes, design)
        lost, missing = int((~segment.received[:common]).sum()), len(segment.codes) - common
        first = None if tap.first is None else _at(tap.first, segment.first + tap.first.sample, design)
        lost, missing = (rows * len(design.channels) for rows in (lost, missing))
        found.append(replace(tap, compared=tap.compared - lost, missing=missing, lost=lost, first=first))
    return [reduce(TapComparison.and_then, found)]


def own_sample_criteria(own_samples: OwnSamples, limits: Tolerances) -> list[Criterion]:
    """Return the criteria on lost samples, restarts of the converter, and its clock."""
    restarts, allowed = own_samples.restarts, limits.converter_restarts
    why = (f"the converter was restarted {restarts} times ({own_samples.fault}); {allowed} are allowed",)
    return [
        Criterion(
            name="samples that are lost are counted",
            measure="samples lost",
            found=own_samples.lost,
            limit=None,
            unit="samples",
            found_words=f"{own_samples.lost:,} of {own_samples.taken:,}",
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
        _clock(own_samples, None if own_samples.emulated else limits.max_clock_ppm),
    ]


def _clock(own_samples: OwnSamples, limit: float | None) -> Criterion:
    """Return the criterion on the converter's clock; an emulated one has no limit."""
    trouble = None if limit is None else clock_trouble(own_samples, limit)
    why = () if trouble is None else (trouble,)
    return Criterion(
        name="the clock is measured" if limit is None else f"the clock within {limit:g} ppm",
        measure="clock",
        found=None if own_samples.clock is None else abs(own_samples.clock.drift_ppm),
        limit=limit,
        unit="ppm",
        found_words=clock_in_words(own_samples),
        limit_words="" if limit is None else f"{limit:g} ppm",
        state=state_of(why, limit=limit),
        why=why,
    )


def with_device_samples(
    taps: Sequence[TapComparison], own_samples: OwnSamples | None, design: Design
) -> list[TapComparison]:
    """Return comparisons in which sample and time of each difference are the device's counts."""
    if own_samples is None:
        return list(taps)
    return [
        tap
        if tap.first is None
        else replace(
            tap, first=replace(_at(tap.first, own_samples.device_sample(tap.first.sample), design), tick=tap.first.tick)
        )
        for tap in taps
    ]


def _at(first: Divergence, sample: int, design: Design) -> Divergence:
    tick, time_s = design.ticks_in(sample), sample / design.converter.rate_hz
    return replace(first, sample=sample, tick=tick, time_s=time_s)
