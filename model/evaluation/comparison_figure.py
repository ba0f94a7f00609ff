"""The figure of a comparison: one bar for each model, with its interval."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from earloop.model.baselines.baselines import BASELINES, CONSTANT
from earloop.model.evaluation.compare import ModelComparison
from earloop.model.protocol.metrics import Metric
from earloop.sim.view.style import GREY, INK, PALETTE, SMALL, style


def comparison_figure(comparison: ModelComparison, metric: Metric | None = None) -> Figure:
    """Draw bars with the best model at the top, baselines in grey, and a line at the score of the constant baseline.

    Parameters
    ----------
    metric : None means the task's first metric
    """
    metric = metric or comparison.metrics[0]
    scores = {trial.model: comparison.score(trial.model, metric) for trial in comparison.trials}
    scores = {name: score for name, score in scores.items() if np.isfinite(score.value)}
    worst_first = sorted(scores, key=lambda name: scores[name].value, reverse=not metric.higher_is_better)
    with style():
        figure = Figure(figsize=(6.4, 0.9 + 0.32 * len(scores)), layout="constrained")
        ax = figure.subplots()
        for row, name in enumerate(worst_first):
            score = scores[name]
            colour = GREY if name in BASELINES else PALETTE[0]
            ax.barh(row, score.value, height=0.62, color=colour, alpha=0.75)
            ax.plot([score.low, score.high], [row, row], color=INK, linewidth=1.4, solid_capstyle="butt")
            ax.text(max(score.value, score.high), row, f"  {score}", va="center", fontsize=SMALL)
        if CONSTANT in scores:
            ax.axvline(scores[CONSTANT].value, color=INK, linewidth=0.8, linestyle=":")
        ax.set_yticks(range(len(worst_first)), worst_first)
        ax.set_xlabel(f"{metric.name}{', ' + metric.unit if metric.unit else ''}, and the interval of 95 %")
        ax.set_title(f"{comparison.task}: {len(np.unique(comparison.which))} epochs, {len(comparison.splits)} splits")
        ax.margins(x=0.28)
        left, right = min(0.0, *(score.low for score in scores.values())), max(score.high for score in scores.values())
        ax.set_xlim(left=left)
        ax.set_xticks([tick for tick in ax.get_xticks() if left <= tick <= 1.05 * right])  # none below the numbers
        return figure
