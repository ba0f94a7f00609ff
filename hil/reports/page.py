"""The page of a verdict: what came of one run, at a glance first, then in pictures and tables.

It stands alone, offline: style and pictures are in it, and it runs no script.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from earloop.hil.judging.spectra import band_spectra
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.reports.own_in_words import clock_in_words
from earloop.hil.run.own_samples import OwnSamples
from earloop.spec.design import Design

if TYPE_CHECKING:
    from earloop.hil.judging.judge import Verdict

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True)
class Judged:
    """One line of the table at the top; `within` is None where nothing is asked for."""

    what: str
    found: str
    allowed: str
    within: bool | None


def verdict_page(verdict: Verdict, design: Design, summary: dict[str, Any]) -> str:
    """The page as HTML; `summary` is that of `earloop.hil.reports.summary.summarise`."""
    from earloop.hil.reports.plots import (
        cosine_figure,
        divergence_figure,
        spectra_figure,
        sqnr_figure,
        stimulus_figure,
        timing_figure,
    )

    first = verdict.first_divergence
    bands = verdict.run.taps.get("bands", verdict.golden.taps.bands)
    spectra = band_spectra(design, bands, verdict.yardstick.bands, verdict.yardstick.beyond)
    return page_templates().get_template("report.html.j2").render(
        verdict=verdict,
        design=design,
        summary=summary,
        judged=judged(verdict),
        strict=Tolerances().model_dump(),
        when=now(),
        stimulus_svg=stimulus_figure(verdict, design),
        sqnr_svg=sqnr_figure(verdict, design),
        timing_svg=timing_figure(verdict.run.timing) if verdict.run.timing is not None else None,
        decisions_svg=cosine_figure(verdict.decisions) if verdict.decisions is not None else None,
        spectra_svg=spectra_figure(spectra),
        divergence_svg=divergence_figure(verdict, design, first) if first and first.tap != "codes" else None,
        first=first,
    )  # fmt: skip


def judged(verdict: Verdict) -> list[Judged]:
    """What the verdict rests on, a line each; with a fault brought about on purpose nothing is asked for."""
    limits, asked = verdict.tolerances, verdict.fault is None
    differ = max((tap.mismatches for tap in verdict.taps), default=0)
    short = [quality.band for quality in verdict.qualities if quality.failed_channels]
    clipped = limits.of_saturation(verdict.saturated_share)
    worst = verdict.worst_band
    rows = [
        Judged(
            "values that differ from the golden model, in the worst tap",
            f"{differ:,}",
            f"{limits.mismatches:,}",
            not any(limits.of_tap(tap) for tap in verdict.taps),
        ),
        Judged("bands short of their SQNR", f"{len(short)} of {len(verdict.qualities)}", "0", not short),
        Judged("lowest SQNR", f"{worst.worst_db:.1f} dB" if worst else "no signal", "", None),
        Judged(
            "token samples clipped",
            f"{verdict.saturated_share:.3%}",
            f"{limits.saturated_share:.3%}" if limits.saturated_share < 1 else "",
            clipped is None if limits.saturated_share < 1 else None,
        ),
    ]
    if verdict.run.there is not None:
        lost = limits.of_loss(verdict.lost_tokens)
        rows.insert(1, Judged("tokens lost", f"{verdict.lost_tokens:,}", f"{limits.lost_tokens:,}", lost is None))
    if verdict.decisions is not None:
        wanted = "" if limits.min_cosine is None else f"{limits.min_cosine:g} or more"
        within = limits.of_cosine(verdict.decisions) is None if wanted else None
        rows.append(
            Judged("lowest cosine of a window's embedding", f"{verdict.decisions.cosine.min():.6f}", wanted, within)
        )
    if verdict.decoded is not None:
        limit = limits.on_decoded(verdict.decoded)
        wanted = "" if limit is None else verdict.decoded.allowed(limit)
        within = limits.of_decoded(verdict.decoded) is None if wanted else None
        rows.append(Judged(verdict.decoded.measure, verdict.decoded.found, wanted, within))
    if verdict.run.own is not None:
        rows += _of_converter(verdict.run.own, limits)
    return rows if asked else [Judged(row.what, row.found, "", None) for row in rows]


def _of_converter(own: OwnSamples, limits: Tolerances) -> list[Judged]:
    """What is said of the samples that a device took itself."""
    allowed = "" if limits.max_clock_ppm is None or own.emulated else f"{limits.max_clock_ppm:g} ppm"
    return [
        Judged("samples lost", f"{own.lost:,} of {own.taken:,}", "", None),
        Judged(
            "restarts of the converter",
            f"{own.restarts:,}",
            f"{limits.converter_restarts:,}",
            limits.of_restarts(own) is None,
        ),
        Judged("clock", clock_in_words(own), allowed, limits.of_clock(own) is None if allowed else None),
    ]


def page_templates() -> jinja2.Environment:
    """The room's templates; a name that a page does not know is an error."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("earloop.hil.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["db"] = lambda value: "no signal" if value is None else f"{value:.1f}"
    return environment


def now() -> str:
    """The time that a page is made at."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
