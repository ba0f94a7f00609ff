"""The page of a plan: one verdict over all, and a table of the cases with links to their own pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from earloop.hil.reports.page import now, page_templates

HTML_NAME = "report.html"


def plan_page(name: str, counts: Mapping[str, int], cases: Sequence[Mapping[str, Any]], out: Path) -> str:
    """The page as HTML.

    Parameters
    ----------
    counts, cases : of the plan's summary, see `earloop.hil.plan.run`
    out : folder of the plan; a case is linked where its page is there
    """
    return page_templates().get_template("plan.html.j2").render(
        name=name,
        counts=counts,
        cases=cases,
        verdict=over_all(counts),
        linked={case["case"] for case in cases if (out / case["case"] / HTML_NAME).exists()},
        page=HTML_NAME,
        when=now(),
    )  # fmt: skip


def over_all(counts: Mapping[str, int]) -> str:
    """The verdict of the whole plan: the gravest of its cases decides, in the order of the code below."""
    if counts["fail"]:
        return "fail"
    if counts["could not run"] or counts["not run"]:
        return "incomplete"
    return "not judged" if counts["not judged"] else "pass"
