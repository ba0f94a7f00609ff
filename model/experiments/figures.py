"""The figures of experiments: scores side by side, scores along an axis, and bars of bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from earloop.model.evaluation.saliency import BandSaliency
from earloop.model.protocol.bootstrap import Score
from earloop.sim.view.style import GREY, INK, PALETTE, SMALL, style

ACROSS = 4  # panels in a row; more are drawn in two rows, so that the text is readable at a page's width
DODGE = 0.025  # distance between the lines of a panel, in decades

Panels = Mapping[str, Mapping[str, Score]]
Curves = Mapping[str, Mapping[str, Sequence[tuple[float, Score]]]]


def side_by_side(panels: Panels, labels: Mapping[str, str], levels: Mapping[str, float] | None = None) -> Figure:
    """Draw a panel for each task, with a point and its interval for each condition.

    Parameters
    ----------
    panels : task -> condition -> score
    labels : label of each task's axis
    levels : chance level of each task, drawn as a dotted line
    """
    names = list(dict.fromkeys(name for scores in panels.values() for name in scores))
    rows = 1 if len(panels) <= ACROSS else 2
    columns = math.ceil(len(panels) / rows)
    with style():
        size = 2.3 * columns + 1.0, rows * (1.1 + 0.3 * len(names))
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for spare in grid[len(panels) :]:
            spare.set_axis_off()
        for ax, (task, scores) in zip(grid[: len(panels)], panels.items(), strict=True):
            for row, name in enumerate(names):
                if (score := scores.get(name)) is None:
                    continue
                colour = PALETTE[row % len(PALETTE)]
                ax.plot([score.low, score.high], [row, row], color=colour, linewidth=2, solid_capstyle="butt")
                ax.plot(score.value, row, "o", color=colour, markersize=5)
                ax.annotate(
                    f"{score.value:.2f}",
                    (score.value, row),
                    (0, 5),
                    textcoords="offset points",
                    ha="center",
                    fontsize=SMALL,
                )
            if levels and task in levels:
                ax.axvline(levels[task], color=INK, linewidth=0.8, linestyle=":")
            ax.set_title(task)
            ax.set_xlabel(labels[task])
            ax.set_yticks(range(len(names)), names)
            ax.set_ylim(len(names) - 0.4, -0.7)
            ax.margins(x=0.12)
        return figure


def along(curves: Curves, x_label: str, labels: Mapping[str, str], *, log: bool = True) -> Figure:
    """Draw a panel for each task, with a line and its intervals for each condition.

    Parameters
    ----------
    curves : task -> condition -> (x, score) in the order of x
    x_label : label of the x axes
    labels : label of each task's y axis
    log : whether the x axis is logarithmic
    """
    names = list(dict.fromkeys(name for lines in curves.values() for name in lines))
    with style():
        figure = Figure(figsize=(2.9 * len(curves) + 0.4, 3.2), layout="constrained")
        axes = np.atleast_1d(figure.subplots(1, len(curves)))
        for ax, (task, lines) in zip(axes, curves.items(), strict=True):
            for name, points in lines.items():
                place = names.index(name)
                colour = GREY if place == 0 and len(names) > 1 else PALETTE[(place - 1) % len(PALETTE)]
                aside = (place - (len(names) - 1) / 2) * DODGE  # so that intervals do not hide each other
                x = np.array([at for at, _ in points]) * (10**aside if log else 1 + aside)
                y = np.array([score.value for _, score in points])
                reach = np.abs(np.array([[score.low, score.high] for _, score in points]).T - y)
                ax.errorbar(x, y, reach, color=colour, label=name, fmt="o-", markersize=4, linewidth=1.2)
            if log:
                ax.set_xscale("log")
            ticks = sorted({at for points in lines.values() for at, _ in points})
            ax.set_xticks(ticks, [f"{at:g}" for at in ticks])
            ax.minorticks_off()
            ax.set_title(task)
            ax.set_xlabel(x_label)
            ax.set_ylabel(labels[task])
        if len(names) > 1:
            figure.legend(
                *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(names), frameon=False
            )
        return figure


def band_bars(panels: Mapping[str, BandSaliency], low: NDArray[np.bool_]) -> Figure:
    """Draw a column for each task, attribution above occlusion, with a bar for each band.

    Parameters
    ----------
    panels : task -> importance of its bands
    low : bool [bands], true for the bands in the first colour
    """
    bands = next(iter(panels.values())).bands
    with style():
        figure = Figure(figsize=(2.3 * len(panels) + 1.0, 5.2), layout="constrained")
        axes = figure.subplots(2, len(panels), sharey=True, sharex="row", squeeze=False)
        colours = [PALETTE[0] if is_low else PALETTE[1] for is_low in low]
        for column, (task, found) in enumerate(panels.items()):
            for ax, values, label in (
                (axes[0, column], found.attribution, "share, integrated gradients"),
                (axes[1, column], found.occlusion, "share of what is lost without"),
            ):
                ax.barh(range(len(bands)), values, color=colours)
                ax.set_yticks(range(len(bands)), bands)
                ax.set_ylim(len(bands) - 0.4, -0.6)
                ax.set_xlabel(label)
            axes[0, column].set_title(f"{task}\n{found.metric.name} {found.whole:.2f}")
        return figure
