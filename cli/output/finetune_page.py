"""The page of a fine-tuning: scores with intervals, confusions, learning curves, people, bands, and what was left out.

The page is self-contained: it includes its style and pictures, and runs no script.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from earloop.cli.output.finetune_figures import (
    bands_figure,
    confusion_figure,
    curves_figure,
    groups_figure,
    scores_figure,
    values_figure,
)
from earloop.hil.reports.page import now, page_templates
from earloop.model.baselines.baselines import BAND_POWER
from earloop.model.evaluation.by_group import scores_by_group
from earloop.model.evaluation.compare import ModelComparison
from earloop.model.evaluation.saliency import BandSaliency
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.own.left_out import LeftOut
from earloop.system.text import visible
from earloop.system.whole import write_whole

PAGE_NAME = "report.html"


def write_page(
    comparison: ModelComparison,
    epochs: Epochs,
    *,
    split: str,
    left_out: LeftOut | None,
    saliency: BandSaliency | None,
    command: str,
    out: Path,
) -> Path:
    """Write the page into a folder, and return its path.

    Parameters
    ----------
    split : name of the kind of splits
    left_out : what is not in the epochs; None for a task whose epochs are fixed
    saliency : importance of the bands; None if it was not computed
    command : command that made the comparison
    """
    groups = scores_by_group(comparison, epochs)
    first = comparison.metrics[0]
    text = page_templates("earloop.cli.output").get_template("finetune.html.j2").render(
        comparison=comparison,
        epochs=epochs,
        split=split,
        left_out=left_out,
        saliency=saliency,
        command=visible(command),
        when=now(),
        counts=_counts(epochs),
        reference=BAND_POWER,
        rows=_rows(comparison),
        groups=groups,
        people=len(np.unique(epochs.subject)),
        recordings=len(np.unique(epochs.run)),
        scores_svg=scores_figure(comparison),
        truth_svg=_truth(comparison, epochs),
        curves_svg=_curves(comparison),
        groups_svg=groups_figure(groups, first.name) if len(groups.groups) > 1 else None,
        bands_svg=bands_figure(saliency) if saliency else None,
    )  # fmt: skip
    path = out / PAGE_NAME
    write_whole(path, text)
    return path


def _counts(epochs: Epochs) -> dict[str, int]:
    """Return the number of epochs of each class; none for a regression."""
    found = Counter(epochs.classes[i] for i in epochs.target) if epochs.classes else Counter[str]()
    return {name: found[name] for name in epochs.classes}


def _rows(comparison: ModelComparison) -> list[dict[str, object]]:
    """Return a row of the table of scores for each model."""
    first = comparison.metrics[0]
    return [
        {
            "model": trial.model,
            "scores": [comparison.score(trial.model, metric) for metric in comparison.metrics],
            "difference": None if trial.model == BAND_POWER else comparison.difference(trial.model, BAND_POWER, first),
            "parameters": trial.parameters,
            "seconds": trial.seconds,
        }
        for trial in comparison.trials
    ]


def _truth(comparison: ModelComparison, epochs: Epochs) -> str:
    """Draw what each model predicted against what was."""
    if epochs.classes:
        return confusion_figure(comparison, epochs.classes)
    return values_figure(comparison, epochs.outputs)


def _curves(comparison: ModelComparison) -> str | None:
    """Draw the learning curves of the models that have any."""
    trained = [trial for trial in comparison.trials if trial.histories]
    return curves_figure(trained) if trained else None
