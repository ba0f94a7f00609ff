"""The outcome of a plan as Markdown, for the summary of a CI job or a comment on a change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MARKDOWN_NAME = "summary.md"
MAX_REASONS = 3  # of a case; its report has all


def plan_markdown(name: str, verdict: str, cases: Sequence[Mapping[str, Any]]) -> str:
    """Return a heading with the verdict, a row of a table for each case, and the first reasons of each that is no pass.

    Parameters
    ----------
    verdict : that of the whole plan, see `earloop.hil.plan.page.overall_verdict`
    cases : those of the plan's summary, see `earloop.hil.plan.run`
    """
    lines = [
        f"## {_text(name)}: {verdict}",
        "",
        "| case | verdict | differ | lost | worst SQNR, dB |",
        "|---|---|--:|--:|--:|",
    ]
    lines += [_row(case) for case in cases]
    reasons = [line for case in cases for line in _reasons(case)]
    return "\n".join([*lines, *([""] if reasons else []), *reasons]) + "\n"


def _row(case: Mapping[str, Any]) -> str:
    sqnr = case["worst_sqnr_db"]
    cells = (
        _text(case["case"]),
        case["status"] + (" (kept)" if case["kept"] else ""),
        _count(case["mismatches"]),
        _count(case["lost_tokens"]),
        "" if sqnr is None else f"{sqnr:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _reasons(case: Mapping[str, Any]) -> list[str]:
    reasons = case["reasons"]
    lines = [f"- {_text(case['case'])}: {_text(reason)}" for reason in reasons[:MAX_REASONS]]
    more = len(reasons) - MAX_REASONS
    return lines if more <= 0 else [*lines, f"- {_text(case['case'])}: and {more} more"]


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _text(text: str) -> str:
    """One line, in which nothing is taken for Markdown or HTML."""
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]|~#@!])", r"\\\1", escaped)
