"""The files of `earloop sim timeline`: `summary.json` for programs, three PNG for eyes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from earloop.hil.reports.summary import SUMMARY_NAME, ReportError
from earloop.sim.timeline import Comparison, Timeline, buffer_figure, energy_figure, latency_figure, summarise

FIGURES = {"latency.png": latency_figure, "energy.png": energy_figure, "buffer.png": buffer_figure}
DPI = 150


def write_timeline_report(timelines: Sequence[Timeline], comparisons: Sequence[Comparison], out: Path) -> None:
    """Write all files into `out`, replacing earlier ones.

    Raises
    ------
    ReportError
        The folder cannot be written to.
    """
    summary = {
        "runs": [summarise(timeline) for timeline in timelines],
        "published": [asdict(each) | {"ratio": each.ratio} for each in comparisons],
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / SUMMARY_NAME).write_text(json.dumps(summary, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        for name, draw in FIGURES.items():
            draw(timelines).savefig(out / name, dpi=DPI)
    except OSError as error:
        raise ReportError(f"{out}: cannot be written ({error.strerror})") from None
