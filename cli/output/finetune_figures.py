"""The pictures of a fine-tuning's page: scores, confusions, learning curves, people, bands, in the page's colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from earloop.hil.reports.plots import DEVICE, ERROR, INK, figure_style, to_svg
from earloop.model.baselines.baselines import BASELINES
from earloop.model.evaluation.by_group import GroupScores
from earloop.model.evaluation.compare import ModelComparison, Trial
from earloop.model.evaluation.saliency import BandSaliency
from earloop.model.protocol.metrics import confusion
from earloop.system.text import visible

WIDTH_IN = 9.0  # of a picture with panels
COLUMNS = 3  # of pictures with a panel for each model
DARKEST = 0.55  # opacity of the colour of a cell that holds all of its row, so that its number is readable
MOST_CLASSES = 24  # with more, numbers do not fit the cells
CELL_IN = 0.36  # least size of a cell, inches
MOST_POINTS = 2000  # of a panel; more are not visible and make the page large
MOST_LABEL = 22  # characters of a name on an axis


def scores_figure(comparison: ModelComparison) -> str:
    """Draw the first metric of each model as a point with its interval, the best at the top."""
    metric = comparison.metrics[0]
    scores = {trial.model: comparison.score(trial.model, metric) for trial in comparison.trials}
    scores = {name: score for name, score in scores.items() if np.isfinite(score.value)}
    rows = sorted(scores, key=lambda name: scores[name].value, reverse=not metric.higher_is_better)
    with figure_style():
        figure = Figure(figsize=(5.6, 0.7 + 0.32 * len(rows)), layout="constrained")
        ax = figure.subplots()
        for row, name in enumerate(rows):
            score = scores[name]
            color = INK if name in BASELINES else DEVICE
            ax.plot([score.low, score.high], [row, row], color=color, lw=1.6, alpha=0.7)
            ax.plot(score.value, row, marker="o", ms=6, color=color)
        ax.set_yticks(range(len(rows)), [_plain(name) for name in rows])
        ax.set_xlabel(f"{metric.name}{', ' + metric.unit if metric.unit else ''}, with its interval of 95 %")
        ax.grid(axis="x", color=INK, alpha=0.12)
        ax.margins(y=0.12)
        return to_svg(figure)


def confusion_figure(comparison: ModelComparison, classes: Sequence[str]) -> str:
    """Draw a confusion matrix for each model: the number of epochs, shaded by their share of the row's class."""
    with figure_style():
        figure, axes = _panels(comparison.trials, *_matrix_layout(len(classes)))
        for ax, trial in zip(axes, comparison.trials, strict=True):
            counts = confusion(comparison.target, trial.predicted)
            share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            for (row, column), part in np.ndenumerate(share):
                ax.fill_between([column, column + 1], row, row + 1, color=DEVICE, alpha=DARKEST * part, lw=0)
                if len(classes) <= MOST_CLASSES:
                    ax.text(column + 0.5, row + 0.5, str(counts[row, column]), ha="center", va="center")
            names = [_plain(name) for name in classes]
            ax.set(xlim=(0, len(classes)), ylim=(len(classes), 0), aspect="equal", xlabel="predicted", ylabel="true")
            upright = 90 if max(map(len, names)) * len(names) > 36 else 0
            ax.set_xticks(np.arange(len(classes)) + 0.5, names, rotation=upright)
            ax.set_yticks(np.arange(len(classes)) + 0.5, names)
            ax.tick_params(length=0)
            for spine in ax.spines.values():
                spine.set(visible=True, alpha=0.3)
        return to_svg(figure)


def values_figure(comparison: ModelComparison, outputs: Sequence[str]) -> str:
    """Draw predicted against true values for each model, one colour for each output."""
    generator = np.random.default_rng(0)
    with figure_style():
        figure, axes = _panels(comparison.trials, COLUMNS, 2.9)
        for ax, trial in zip(axes, comparison.trials, strict=True):
            for output, color in zip(range(len(outputs)), (DEVICE, ERROR, INK), strict=False):
                true, found = (array[..., output].ravel() for array in (comparison.target, trial.predicted))
                some = generator.permutation(len(true))[:MOST_POINTS]
                label = _plain(outputs[output])
                ax.plot(true[some], found[some], ".", ms=4, mew=0, color=color, alpha=0.6, label=label)
            ends = [float(comparison.target.min()), float(comparison.target.max())]
            ax.plot(ends, ends, color=INK, lw=0.8, linestyle=":")
            ax.set(xlabel="true", ylabel="predicted")
        if len(outputs) > 1:
            axes[0].legend(frameon=False, labelcolor=INK, markerscale=2)
        return to_svg(figure)


def curves_figure(trials: Sequence[Trial]) -> str:
    """Draw the losses of each pass of every network, and the pass whose weights were kept."""
    with figure_style():
        figure, axes = _panels(trials, COLUMNS, 2.2)
        for ax, trial in zip(axes, trials, strict=True):
            for number, history in enumerate(trial.histories):
                passes = np.arange(1, len(history.held_out) + 1)
                names = ("learned", "held out", "kept") if number == 0 else (None,) * 3
                ax.plot(passes, history.learned, color=INK, alpha=0.35, lw=0.8, label=names[0])
                ax.plot(passes, history.held_out, color=DEVICE, lw=1, label=names[1])
                best = history.best
                ax.plot(best + 1, history.held_out[best], "o", ms=4, color=ERROR, label=names[2])
            ax.set(xlabel="pass over the training epochs", ylabel="loss")
        lines = axes[0].get_legend_handles_labels()
        figure.legend(*lines, frameon=False, labelcolor=INK, loc="outside lower left", ncols=3)
        return to_svg(figure)


def groups_figure(scores: GroupScores, metric: str) -> str:
    """Draw a row for each model, with a point for each person or recording."""
    models = list(scores.scores)
    with figure_style():
        figure = Figure(figsize=(5.6, 0.7 + 0.32 * len(models)), layout="constrained")
        ax = figure.subplots()
        for row, name in enumerate(models[::-1]):
            values = scores.scores[name]
            ax.plot(values, np.full(len(values), row), "o", ms=6, mfc="none", mew=1.2, color=DEVICE, alpha=0.8)
            if np.isfinite(values).any():
                ax.plot(np.nanmedian(values), row, "|", ms=14, mew=2, color=ERROR)
        ax.set_yticks(range(len(models)), [_plain(name) for name in models[::-1]])
        ax.set_xlabel(f"{metric} of each {scores.kind}; the line is their median")
        ax.grid(axis="x", color=INK, alpha=0.12)
        ax.margins(y=0.12)
        return to_svg(figure)


def bands_figure(saliency: BandSaliency) -> str:
    """Draw the importance of each band by its share of the output and by the loss without it."""
    rows = np.arange(len(saliency.bands))
    columns = (
        (saliency.attribution, "share of the output"),
        (saliency.loss, f"{saliency.metric.name} lost without the band"),
    )
    with figure_style():
        figure = Figure(figsize=(9, 0.9 + 0.26 * len(rows)), layout="constrained")
        for ax, (values, label) in zip(figure.subplots(1, 2, sharey=True), columns, strict=True):
            ax.barh(rows, values, height=0.66, color=DEVICE)
            ax.axvline(0, color=INK, lw=0.8)
            ax.set_xlabel(label)
            ax.set_yticks(rows, saliency.bands)
        figure.axes[0].invert_yaxis()
        return to_svg(figure)


def _matrix_layout(classes: int) -> tuple[int, float]:
    """Return the columns of panels in which a matrix of so many classes is readable, and the height of a panel."""
    height = 1.6 + CELL_IN * classes
    columns = max(1, min(COLUMNS, int(WIDTH_IN / height)))
    return columns, max(height, 2.9)


def _panels(trials: Sequence[Trial], columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with a titled panel of `height` inches for each trial."""
    rows = -(-len(trials) // columns)
    figure = Figure(figsize=(WIDTH_IN, height * rows), layout="constrained")
    every = list(np.atleast_1d(figure.subplots(rows, columns)).flat)
    for ax in every[len(trials) :]:
        ax.set_axis_off()
    for ax, trial in zip(every, trials, strict=False):
        ax.set_title(_plain(trial.model), fontsize=9, color=INK)
    return figure, every[: len(trials)]


def _plain(name: str) -> str:
    """Return a name as an axis can show it: short, printable, and without Matplotlib's formulas."""
    short = name if len(name) <= MOST_LABEL else f"{name[: MOST_LABEL - 1]}…"
    return visible(short).replace("$", r"\$")
