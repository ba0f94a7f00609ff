"""The table of criteria of an analog verdict, and the figures that they judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.calibrate import Calibration
from earloop.hil.analog.compare import SIGMAS, AnalogTolerances, BandResponse
from earloop.hil.analog.measure import AnalogMeasurement
from earloop.hil.judging.compare import TapComparison
from earloop.hil.judging.criterion import Criterion, CriterionState, Judgement, count_criterion, state_of
from earloop.spec.design import Design

DIGITAL = "tokens against the golden model on the same codes"


@dataclass(frozen=True, kw_only=True)
class AnalogFigures(Judgement):
    """The figures on which an analog verdict is based.

    clipped : share of each channel's samples at the rails, float64 [channels]
    crossed : channels that show the signal of another output: index of the channel to that of the output
    bands : response and noise of each band
    digital : comparison of tokens with the golden model on the device's own codes; None without codes
    """

    design: Design
    tolerances: AnalogTolerances
    measured: AnalogMeasurement
    calibration: Calibration
    clipped: NDArray[np.float64]
    crossed: Mapping[int, int]
    bands: Sequence[BandResponse]
    digital: TapComparison | None

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of the table."""
        return tuple(criterion for judge in ANALOG_CRITERIA for criterion in judge(self))


def _complaints(figures: AnalogFigures) -> list[Criterion]:
    """Return a criterion on the faults that the earbud reports about itself, if there are any."""
    if not (why := figures.measured.complaints):
        return []
    name, measure = "the earbud reports no fault of itself", "faults that the earbud reports"
    return [count_criterion(name=name, measure=measure, found=len(why), limit=0, why=why)]


def _digital(figures: AnalogFigures) -> list[Criterion]:
    """Compare the digital part bit for bit, if the earbud sends its codes."""
    tap, name = figures.digital, "tokens equal the golden model on the same codes"
    if tap is None:
        return [
            Criterion(
                name=name,
                measure=DIGITAL,
                found=None,
                limit=None,
                found_words="not compared",
                limit_words="",
                state=CriterionState.NOT_ASKED,
                why=("the earbud sends no codes",),
            )
        ]
    why = (f"{DIGITAL}: {tap.trouble}",) if tap.trouble else ()
    return [
        count_criterion(
            name=name,
            measure=DIGITAL,
            found=tap.mismatches,
            limit=0,
            unit="values",
            why=why,
            brief=tap.trouble or "",
        )
    ]


def _levels(figures: AnalogFigures) -> list[Criterion]:
    why = tuple(
        f"channel {name}: {share:.2%} of its samples are at the rails, none wanted: lower the level with --scale"
        for name, share in zip(figures.design.channels, figures.clipped, strict=True)
        if share > 0
    )
    return [
        Criterion(
            name="levels stay within the converter's range",
            measure="samples at the rails",
            found=float(figures.clipped.max()),
            limit=0.0,
            unit="share",
            found_words=f"{figures.clipped.max():.2%}",
            limit_words="0.00%",
            state=state_of(why),
            why=why,
        )
    ]


def _gains(figures: AnalogFigures) -> list[Criterion]:
    """Limit each channel's gain error; it is relative to the median if the generator's gain is unknown."""
    measured, calibration, channels = figures.measured, figures.calibration, figures.design.channels
    gain, found = calibration.gain.value, calibration.found
    wanted = 1.0 if measured.generator.gain_known else float(np.nanmedian(gain))
    limit = measured.attenuator.tolerance + figures.tolerances.gain
    allowed = limit * abs(wanted)
    why = []
    for c, name in enumerate(channels):
        if not found[c]:
            why.append(
                f"channel {name}: shows no burst, correlation {calibration.correlation[c]:.2f}: is its electrode wired?"
            )
        elif abs(gain[c] - wanted) > allowed + SIGMAS * calibration.gain.error[c]:
            why.append(
                f"channel {name}: gain {gain[c]:.4g}, {wanted:.4g} +- {allowed:.2g} wanted: its attenuator divides by "
                f"{measured.attenuator.ratio * wanted / gain[c]:.4g}, or its amplifier is off"
            )
    off = np.abs(gain[found] / wanted - 1)
    worst = float(off.max()) if len(off) else None
    return [
        Criterion(
            name="each electrode is wired, and its gain is as stated",
            measure="difference from the stated gain, worst channel",
            found=worst,
            limit=limit,
            unit="share",
            found_words="no burst" if worst is None else f"{worst:.2%}",
            limit_words=f"{limit:.2%}, plus chance",
            state=state_of(why),
            why=tuple(why),
        )
    ]


def _wires(figures: AnalogFigures) -> list[Criterion]:
    channels = figures.design.channels
    why = tuple(
        f"channel {channels[c]}: shows the signal sent to {channels[other]}: are their wires crossed?"
        for c, other in figures.crossed.items()
    )
    return [
        count_criterion(
            name="no wires are crossed",
            measure="channels that show another's signal",
            found=len(why),
            limit=0,
            unit="channels",
            why=why,
        )
    ]


def _bands(figures: AnalogFigures) -> list[Criterion]:
    """Limit response and noise of each band; a band that cannot be measured has no limit, but a reason."""
    limits = figures.tolerances
    return [_band(response, limits) for response in figures.bands]


def _band(response: BandResponse, limits: AnalogTolerances) -> Criterion:
    why_not = None if response.judged.any() else response.why_not
    off_db = np.abs(response.response_db[response.judged])
    short_db = (response.expected_snr_db - response.snr_db)[response.judged]
    state, why = state_of(response.misses), response.misses
    if why_not and not response.misses:
        state, why = CriterionState.NOT_ASKED, (why_not,)
    return Criterion(
        name=f"{response.band}: response and noise",
        measure="response and noise",
        of=response.band,
        found=float(off_db.max()) if len(off_db) else None,
        limit=limits.response_db,
        unit="dB",
        found_words=f"{off_db.max():.3f} dB, SNR {short_db.max():.1f} dB short" if len(off_db) else "not measured",
        limit_words=f"{limits.response_db:g} dB, SNR {limits.noise_db:g} dB short, plus chance",
        state=state,
        why=why,
    )


ANALOG_CRITERIA: tuple[Callable[[AnalogFigures], list[Criterion]], ...] = (
    _complaints,
    _digital,
    _levels,
    _gains,
    _wires,
    _bands,
)
"""The functions that return the criteria of an analog verdict, in the order in which reports show them."""
