"""Metrics of predictions: of classes from the confusion matrix, of values by error and correlation.

A bootstrap computes a metric thousands of times, and scikit-learn's functions take 2 ms each. So the metrics are
computed here, and the tests compare them with scikit-learn's.

The classes of a task are seldom equally frequent: the first metric of a classification is the balanced accuracy, whose
chance level is one over the number of classes whatever the frequencies. It and the F1 are means over the classes that
occur among the targets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from earloop.model.tasks.epochs import Epochs

Values = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A measure of the quality of predictions.

    higher_is_better : False for an error
    compute : takes targets and predictions, each with epochs on the first axis; NaN where the metric is not defined
    """

    name: str
    unit: str
    higher_is_better: bool
    compute: Callable[[Values, Values], float]


def metrics_for(epochs: Epochs) -> tuple[Metric, ...]:
    """Return the metrics of a task, the most important first."""
    if epochs.classes:
        return CLASSIFICATION if len(epochs.classes) > 2 else (*CLASSIFICATION, ROC_AUC)
    is_gaze = len(epochs.outputs) == 2 and all(name.endswith("_deg") for name in epochs.outputs)
    return (ANGULAR_ERROR, *REGRESSION) if is_gaze else REGRESSION


def balanced_accuracy(target: Values, scores: Values) -> float:
    """Return the mean recall over the classes; target int [epochs], scores [epochs, classes]."""
    table = confusion(target, scores)
    wanted = table.sum(axis=1)
    present = wanted > 0
    return float(np.mean(table.diagonal()[present] / wanted[present]))


def macro_f1(target: Values, scores: Values) -> float:
    """Return the mean F1 over the classes; arguments are as in `balanced_accuracy`."""
    table = confusion(target, scores)
    wanted, predicted = table.sum(axis=1), table.sum(axis=0)
    present = wanted > 0
    return float(np.mean(2 * table.diagonal()[present] / (wanted + predicted)[present]))


def accuracy(target: Values, scores: Values) -> float:
    """Return the share of epochs whose most probable class is right."""
    return float(np.mean(scores.argmax(axis=1) == target))


def cohen_kappa(target: Values, scores: Values) -> float:
    """Return the agreement beyond chance (Cohen 1960); NaN where all targets and predictions are of one class."""
    table = confusion(target, scores) / len(target)
    chance = float(table.sum(axis=1) @ table.sum(axis=0))
    return float((np.trace(table) - chance) / (1 - chance)) if chance < 1 else float("nan")


def roc_auc(target: Values, scores: Values) -> float:
    """Return the area under the ROC of class 1 of two, from ranks (Mann & Whitney 1947); NaN for only one class."""
    ones = target == 1
    pairs = ones.sum() * (~ones).sum()
    if not pairs:
        return float("nan")
    ranks = rankdata(scores[:, 1])[ones]
    return float((ranks.sum() - len(ranks) * (len(ranks) + 1) / 2) / pairs)


def confusion(target: Values, scores: Values) -> NDArray[np.int64]:
    """Return the confusion matrix: counts, int64 [classes wanted, classes predicted]; arguments as above."""
    classes = scores.shape[1]
    return np.bincount(target * classes + scores.argmax(axis=1), minlength=classes**2).reshape(classes, classes)


def rmse(target: Values, values: Values) -> float:
    """Return the root of the mean squared error over epochs, patches and outputs."""
    return float(np.sqrt(np.mean(np.square(values - target, dtype=np.float64))))


def mae(target: Values, values: Values) -> float:
    """Return the mean absolute error over epochs, patches and outputs."""
    return float(np.mean(np.abs(values - target), dtype=np.float64))


def pearson_r(target: Values, values: Values) -> float:
    """Return the correlation over all patches of all epochs, the mean over outputs; NaN for a constant prediction."""
    rows = [np.float64(array).reshape(-1, array.shape[-1]) for array in (target, values)]
    a, b = (row - row.mean(axis=0) for row in rows)
    power = (a**2).sum(axis=0) * (b**2).sum(axis=0)
    tiny = np.finfo(np.float32).eps ** 2 * len(a)  # rounding error of a constant
    if (power <= tiny * tiny).any():
        return float("nan")
    return float(((a * b).sum(axis=0) / np.sqrt(power)).mean())


def angular_error(target: Values, values: Values) -> float:
    """Return the mean angle in degrees between two directions of gaze, each [..., 2]: right and up, in degrees.

    It is the angle between the lines of sight. The distance in the plane of the two numbers would be larger off centre.
    """
    dot = (_line_of_sight(target) * _line_of_sight(values)).sum(axis=-1)
    return float(np.degrees(np.arccos(np.clip(dot, -1, 1))).mean())


def _line_of_sight(degrees: Values) -> NDArray[np.float64]:
    """Return the unit vectors [..., 3] of horizontal and vertical angles [..., 2] in degrees."""
    right, up = np.moveaxis(np.radians(np.float64(degrees)), -1, 0)
    return np.stack([np.cos(up) * np.sin(right), np.sin(up), np.cos(up) * np.cos(right)], axis=-1)


CLASSIFICATION = (
    Metric(name="balanced accuracy", unit="", higher_is_better=True, compute=balanced_accuracy),
    Metric(name="macro F1", unit="", higher_is_better=True, compute=macro_f1),
    Metric(name="accuracy", unit="", higher_is_better=True, compute=accuracy),
    Metric(name="Cohen's kappa", unit="", higher_is_better=True, compute=cohen_kappa),
)
ROC_AUC = Metric(name="ROC AUC", unit="", higher_is_better=True, compute=roc_auc)
ANGULAR_ERROR = Metric(name="angular error", unit="deg", higher_is_better=False, compute=angular_error)
REGRESSION = (
    Metric(name="RMSE", unit="", higher_is_better=False, compute=rmse),
    Metric(name="MAE", unit="", higher_is_better=False, compute=mae),
    Metric(name="Pearson r", unit="", higher_is_better=True, compute=pearson_r),
)
