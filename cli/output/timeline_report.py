"""The files that `earloop sim timeline` writes: `summary.json` and three figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from earloop.hil.reports.summary import SUMMARY_NAME, ReportError
from earloop.sim.timeline import (
    DeviceTimeline,
    PublishedFigure,
    buffer_figure,
    energy_figure,
    latency_figure,
    summarise,
)
from earloop.system.whole import whole_file, write_whole, writing

FIGURES = {"latency.png": latency_figure, "energy.png": energy_figure, "buffer.png": buffer_figure}
DPI = 150


def write_timeline_report(
    timelines: Sequence[DeviceTimeline], comparisons: Sequence[PublishedFigure], out: Path
) -> None:
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
    with writing(out, ReportError):
        write_whole(out / SUMMARY_NAME, json.dumps(summary, indent=2, allow_nan=False) + "\n")
        for name, draw in FIGURES.items():
            with whole_file(out / name) as scratch:
                draw(timelines).savefig(scratch, dpi=DPI, format="png")
