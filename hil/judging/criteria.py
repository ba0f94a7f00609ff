"""The table of criteria of a verdict on a device.

A finished run (`earloop.hil.judging.judge`) and a live one (`earloop.hil.live.tally`) use the same table. For a new
tolerance, write its field in `earloop.hil.judging.tolerances` and its entry in `CRITERIA`; every report loops over the
resulting criteria.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from earloop.hil.diagnosis.expected import unnoticed
from earloop.hil.diagnosis.finding import Finding
from earloop.hil.faults.fault import Fault
from earloop.hil.judging.compare import CODES
from earloop.hil.judging.criterion import Criterion, CriterionState, Judgement, count_criterion, state_of
from earloop.hil.judging.decisions import Flips
from earloop.hil.judging.figures import Figures
from earloop.hil.judging.judgeable import flat_channels, railed_share, unjudged_bands
from earloop.hil.judging.own_converter import own_sample_criteria

SQNR = "SQNR"  # the measure of each band against the float path


@dataclass(frozen=True, kw_only=True)
class JudgedFigures(Figures, Judgement):
    """Figures, and the criteria computed from them."""

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria of the table; with an injected fault the only limit is that it must be noticed."""
        found = tuple(criterion for judge in CRITERIA for criterion in judge(self))
        if self.fault is None:
            return found
        kept = [each if each.state is CriterionState.INCOMPLETE else each.not_asked() for each in found]
        return (_noticed(self.fault, self.findings), *kept)


def _noticed(fault: Fault, findings: Sequence[Finding]) -> Criterion:
    """Return whether an injected fault is noticed, as a criterion."""
    missed = unnoticed(fault, findings)
    return count_criterion(
        name=f"the fault {fault} is noticed",
        measure="injected faults that were not noticed",
        found=0 if missed is None else 1,
        limit=0,
        unit="faults",
        why=() if missed is None else (missed,),
    )


def _broken_off(figures: Figures) -> list[Criterion]:
    """Return a criterion that the run ended early, if it did."""
    if figures.broken_off is None:
        return []
    return [
        count_criterion(
            name="the device runs to the end",
            measure="runs that broke off",
            found=1,
            limit=0,
            why=(f"broken off: {figures.broken_off}",),
            brief=figures.broken_off,
            if_not=CriterionState.INCOMPLETE,
        )
    ]


def _equality(figures: Figures) -> list[Criterion]:
    """Compare each tap with the golden model, and the codes with those that were sent or converted."""
    limits = figures.tolerances
    criteria = []
    for tap in figures.taps:
        trouble = tap.trouble_beyond(limits.mismatches, may_lose=bool(limits.lost_tokens))
        criteria.append(
            count_criterion(
                name=f"{tap.tap} equals {_reference(tap.tap, figures)}",
                measure="values that differ",
                of=tap.tap,
                found=tap.mismatches,
                limit=limits.mismatches,
                unit="values",
                why=() if trouble is None else (f"{tap.tap}: {trouble}",),
                brief=trouble or "",
            )
        )
    return criteria


def _reference(tap: str, figures: Figures) -> str:
    """Return the name of the reference of a tap."""
    if tap != CODES:
        return "the golden model"
    return "the codes sent" if figures.own_samples is None else "the converter model"


def _complaints(figures: Figures) -> list[Criterion]:
    """Return a criterion on the faults that the device reports about itself, if there are any."""
    if not figures.complaints:
        return []
    return [
        count_criterion(
            name="the device reports no fault of itself",
            measure="faults that the device reports",
            found=len(figures.complaints),
            limit=0,
            why=figures.complaints,
        )
    ]


def _arithmetic(figures: Figures) -> list[Criterion]:
    """Compare each band with the float path."""
    required = figures.tolerances.min_sqnr_db
    criteria = []
    for quality in figures.qualities:
        failed = [figures.design.channels[i] for i in quality.failed_channels]
        worst_db, wanted = quality.worst_db, f"{quality.wanted_db:g} dB"
        excused = "" if quality.band in required else " or excused"
        criteria.append(
            Criterion(
                name=f"{quality.band} reaches {wanted}",
                measure=SQNR,
                of=quality.band,
                found=None if math.isnan(worst_db) else worst_db,
                limit=quality.wanted_db,
                unit="dB",
                at_least=True,
                found_words="no signal" if math.isnan(worst_db) else f"{worst_db:.1f} dB",
                limit_words=wanted + excused,
                state=CriterionState.FAILED if failed else CriterionState.PASSED,
                why=tuple(quality.shortfalls(figures.design)),
                brief=f"{worst_db:.1f} dB at {', '.join(failed)}" if failed else "",
                note=quality.excuse or "",
            )
        )
    return criteria


def _loss(figures: Figures) -> list[Criterion]:
    """Limit the lost tokens, if the device has a line."""
    if not figures.has_line:
        return []
    lost, limit = figures.lost_tokens, figures.tolerances.lost_tokens
    why = (
        (f"{lost:,} tokens lost on the line; {limit:,} are allowed, {lost - limit:,} too many",) if lost > limit else ()
    )
    return [
        count_criterion(
            name=f"{limit} tokens lost at most", measure="tokens lost", found=lost, limit=limit, unit="tokens", why=why
        )
    ]


def _nothing_compared(figures: Figures) -> list[Criterion]:
    """Return a criterion that no token arrived, if all were lost: the run then says nothing about the device."""
    compared = sum(tap.compared for tap in figures.taps if tap.tap == "tokens")
    if compared or not figures.lost_tokens:
        return []
    return [
        Criterion(
            name="some tokens are compared",
            measure="token values compared",
            found=0,
            limit=1,
            unit="values",
            at_least=True,
            found_words="0",
            limit_words="1",
            state=CriterionState.NOT_JUDGED,
            why=(f"all {figures.lost_tokens:,} tokens were lost on the line: none was compared",),
        )
    ]


def _clipping(figures: Figures) -> list[Criterion]:
    """Limit the token samples that the golden model clipped; a limit of 1 is none."""
    share, most = figures.saturated_share, figures.tolerances.saturated_share
    over = f"{share:.3%} of the token samples clipped; {most:.3%} are allowed, {share - most:.3%} too many"
    why = (over,) if share > most else ()
    limit = most if most < 1 else None
    return [
        Criterion(
            name=f"{most:.3%} of token samples clipped at most",
            measure="token samples clipped",
            found=share,
            limit=limit,
            unit="share",
            found_words=f"{share:.3%}",
            limit_words="" if limit is None else f"{limit:.3%}",
            state=state_of(why, limit=limit),
            why=why,
        )
    ]


def _embeddings(figures: Figures) -> list[Criterion]:
    """Limit the difference of an encoder's embeddings."""
    if (found := figures.embeddings) is None:
        return []
    limit = figures.tolerances.min_cosine
    trouble = None if limit is None else found.trouble(limit)
    why = () if trouble is None else (trouble,)
    return [
        Criterion(
            name="embeddings are measured" if limit is None else f"embeddings have a cosine of {limit:g} or more",
            measure="lowest cosine of a window's embedding",
            found=found.lowest,
            limit=limit,
            unit="cosine",
            at_least=True,
            found_words=f"{found.lowest:.6f}",
            limit_words="" if limit is None else f"{limit:g} or more",
            state=state_of(why, limit=limit),
            why=why,
        )
    ]


def _decisions(figures: Figures) -> list[Criterion]:
    """Limit the difference of a decoder's output."""
    if (found := figures.decisions) is None:
        return []
    limits = figures.tolerances
    limit = limits.max_flipped if isinstance(found, Flips) else limits.max_value_error
    allowed = "" if limit is None else found.allowed(limit)
    why = (f"{found}; {allowed} wanted",) if limit is not None and found.departure > limit else ()
    return [
        Criterion(
            name=f"{found.measure}: {allowed or 'measured'}",
            measure=found.measure,
            found=found.departure,
            limit=limit,
            unit=found.unit,
            found_words=found.found,
            limit_words=allowed,
            state=state_of(why, limit=limit),
            why=why,
        )
    ]


def _own_samples(figures: Figures) -> list[Criterion]:
    """Return the criteria on an acquisition, if the run is one."""
    return [] if figures.own_samples is None else own_sample_criteria(figures.own_samples, figures.tolerances)


def _input(figures: Figures) -> list[Criterion]:
    """Return the criteria on the input, which must say enough about the device."""
    design, counts, limits = figures.design, figures.input_counts, figures.tolerances
    return [
        flat_channels(design, counts, limits),
        railed_share(design, counts, limits),
        unjudged_bands(design, figures.qualities),
    ]


CRITERIA: tuple[Callable[[Figures], list[Criterion]], ...] = (
    _broken_off,
    _equality,
    _complaints,
    _arithmetic,
    _loss,
    _nothing_compared,
    _clipping,
    _own_samples,
    _embeddings,
    _decisions,
    _input,
)
"""The functions that return the criteria of a verdict, in the order in which reports show them."""
