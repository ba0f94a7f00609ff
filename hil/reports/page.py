"""The page of a verdict: a summary of one run, then pictures and tables.

The page is self-contained and works offline: it includes its style and pictures, and runs no script.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from earloop.hil.judging.criterion import by_measure
from earloop.hil.judging.spectra import band_spectra
from earloop.hil.judging.tolerances import Tolerances
from earloop.spec.design import Design

if TYPE_CHECKING:
    import jinja2

    from earloop.hil.judging.judge import Verdict


def verdict_page(verdict: Verdict, design: Design, summary: dict[str, Any]) -> str:
    """Return the page as HTML; `summary` is that of `earloop.hil.reports.summary.summarise`."""
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
        judged=by_measure(verdict.criteria),
        strict=Tolerances().model_dump(),
        when=now(),
        stimulus_svg=stimulus_figure(verdict, design),
        sqnr_svg=sqnr_figure(verdict, design),
        timing_svg=timing_figure(verdict.run.timing) if verdict.run.timing is not None else None,
        embeddings_svg=cosine_figure(verdict.embeddings) if verdict.embeddings is not None else None,
        spectra_svg=spectra_figure(spectra),
        divergence_svg=divergence_figure(verdict, design, first) if first and first.tap != "codes" else None,
        first=first,
    )  # fmt: skip


def page_templates(*packages: str) -> jinja2.Environment:
    """Return the environment of the templates; an undefined name in a template is an error.

    Parameters
    ----------
    packages : packages with templates of their own, which may extend and include those of the reports
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in (*packages, "earloop.hil.reports")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["db"] = lambda value: "no signal" if value is None else f"{value:.1f}"
    return environment


def now() -> str:
    """Return the present time, as printed on a page."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
