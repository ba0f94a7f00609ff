"""The page of a plan: the overall verdict, and a table of the cases with links to their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from earloop.hil.reports.page import now, page_templates

HTML_NAME = "report.html"


def plan_page(name: str, counts: Mapping[str, int], cases: Sequence[Mapping[str, Any]], out: Path) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    counts, cases : those of the plan's summary, see `earloop.hil.plan.run`
    out : folder of the plan; a case has a link if its page exists
    """
    return page_templates().get_template("plan.html.j2").render(
        name=name,
        counts=counts,
        cases=cases,
        verdict=overall_verdict(counts),
        linked={case["case"] for case in cases if (out / case["case"] / HTML_NAME).exists()},
        page=HTML_NAME,
        when=now(),
    )  # fmt: skip


def overall_verdict(counts: Mapping[str, int]) -> str:
    """Return the verdict of the whole plan: the most severe result of a case, in the order of the code below."""
    if counts["fail"]:
        return "fail"
    if counts["could not run"] or counts["not run"]:
        return "incomplete"
    return "not judged" if counts["not judged"] else "pass"
