"""The figure of the bands' importance for a task: attribution and occlusion side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from earloop.model.evaluation.saliency import BandSaliency
from earloop.sim.view.style import INK, PALETTE, style


def saliency_figure(saliency: BandSaliency) -> Figure:
    """Draw two columns of bars, with a row for each band in the order of the design."""
    rows = np.arange(len(saliency.bands))
    metric = saliency.metric
    unit = f" {metric.unit}" if metric.unit else ""
    columns = (
        (saliency.attribution, "share of the output\n(integrated gradients)", PALETTE[0]),
        (saliency.loss, f"{metric.name} lost without the band\n(of {saliency.whole:.2f}{unit})", PALETTE[1]),
    )
    with style():
        figure = Figure(figsize=(6.4, 1.1 + 0.24 * len(rows)), layout="constrained")
        axes = figure.subplots(1, len(columns), sharey=True)
        for ax, (values, label, colour) in zip(axes, columns, strict=True):
            ax.barh(rows, values, height=0.66, color=colour, alpha=0.85)
            ax.axvline(0, color=INK, linewidth=0.8)
            ax.set_xlabel(label)
        axes[0].set_yticks(rows, saliency.bands)
        axes[0].invert_yaxis()
        figure.suptitle(saliency.task, x=0.02, ha="left", fontsize=9)
        return figure
