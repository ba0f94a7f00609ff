"""The page of the demo: the signal, its tokens, the verdicts, and the loss of pretraining."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from earloop.hil.reports.page import page_templates
from earloop.hil.reports.plots import INK, figure_style, to_svg
from earloop.hil.run.golden import run_golden
from earloop.model.pretraining.checkpoint import CheckpointInfo
from earloop.recordings import Recording
from earloop.spec.fixed import FixedDesign

PAGE_NAME = "report.html"
SHOWN_ACTIVITIES = ("eyes_open", "eyes_closed", "saccades", "blinks", "clenches", "walking")


def write_page(
    summary: dict[str, Any], session: Recording, fixed: FixedDesign, trained: CheckpointInfo, out: Path
) -> None:
    """Write `report.html` into the demo's folder, next to the reports of the devices."""
    text = (
        page_templates("earloop.cli.output")
        .get_template("demo.html.j2")
        .render(
            summary=summary,
            design=fixed.design,
            duration_s=session.duration_s,
            bands_svg=_bands_figure(session, fixed),
            loss_svg=_loss_figure(trained),
        )
    )
    (out / PAGE_NAME).write_text(text, encoding="utf-8")


def _bands_figure(session: Recording, fixed: FixedDesign) -> str:
    """Draw the power of every token of the first electrode, by band and time, below the subject's activities."""
    design = fixed.design
    tokens = run_golden(fixed, session.data).taps.tokens[:, 0].astype(np.float64)
    power_db = 10 * np.log10(np.mean(tokens**2, axis=-1).T + 0.1)
    power_db -= np.median(power_db, axis=1, keepdims=True)
    edges_s = np.arange(tokens.shape[0] + 1) * design.patch_s
    with figure_style():
        figure = Figure(figsize=(9, 4), layout="constrained")
        above, ax = figure.subplots(2, sharex=True, height_ratios=(1, 12))
        activities = [note for note in session.annotations if note.label in SHOWN_ACTIVITIES]
        for i, note in enumerate(activities):
            above.add_patch(
                Rectangle((note.onset_s, 0), note.duration_s, 1, color=INK, alpha=0.08 + 0.08 * (i % 2), lw=0)
            )
            above.text(note.onset_s + note.duration_s / 2, 0.5, note.label.replace("_", " "), ha="center", va="center")
        above.set_axis_off()
        image = ax.pcolormesh(
            edges_s, np.arange(len(power_db) + 1), power_db, cmap="viridis", vmin=-10, vmax=25, rasterized=True
        )
        ax.set_yticks(np.arange(len(design.bands)) + 0.5, design.band_names)
        ax.invert_yaxis()
        ax.set_xlabel("time, s")
        figure.colorbar(image, ax=ax, label="dB over the band's median", pad=0.01)
        return to_svg(figure)


def _loss_figure(trained: CheckpointInfo) -> str:
    """Draw the loss of each step, and the loss on the person held out."""
    steps, held_out = zip(*trained.validation, strict=True)
    with figure_style():
        figure = Figure(figsize=(5.6, 2.6), layout="constrained")
        ax = figure.subplots()
        ax.plot(np.arange(1, len(trained.losses) + 1), trained.losses, color=INK, alpha=0.35, lw=1, label="each step")
        ax.plot(steps, held_out, marker="o", ms=3, label="the person held out")
        ax.legend(frameon=False)
        ax.set_xlabel("step")
        ax.set_ylabel("loss, sum of six objectives")
        ax.margins(x=0)
        return to_svg(figure)
