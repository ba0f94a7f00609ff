"""Comparisons: the same folds for all, nothing learned from what is judged, and honest tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from earloop.model.baselines.constant import ConstantPredictor
from earloop.model.config import ModelError
from earloop.model.evaluation.compare import compare, fits
from earloop.model.evaluation.comparison_figure import comparison_figure
from earloop.model.protocol.metrics import balanced_accuracy
from earloop.model.tasks.splits import Split
from tests.model.epochs_made import gaze_epochs, tone_epochs


@dataclass(frozen=True)
class Oracle:
    """Knows every target, and writes down what it was asked."""

    asked: list

    def fit(self, epochs, train, seed):
        self.asked.append(("fit", train.tolist(), seed))
        return OraclePredictor(self.asked)


@dataclass(frozen=True)
class OraclePredictor:
    asked: list
    parameters: int = 7

    def predict(self, epochs, which):
        self.asked.append(("predict", which.tolist()))
        return np.eye(len(epochs.classes), dtype=np.float32)[epochs.target[which]]


@dataclass(frozen=True)
class Fixed:
    """Says the same of every epoch."""

    prediction: np.ndarray

    def fit(self, epochs, train, seed):
        return ConstantPredictor(self.prediction)


def by_run(epochs):
    runs = np.unique(epochs.stream)
    return [Split(f"run{r}", np.flatnonzero(epochs.stream != r), np.flatnonzero(epochs.stream == r)) for r in runs]


@pytest.fixture(scope="module")
def compared():
    """Epochs of one patch, which EEGNet cannot take: the comparison is of what is quick."""
    epochs, asked, done = tone_epochs(60, patches=1), [], []
    return epochs, asked, done, compare(epochs, by_run(epochs), {"oracle": Oracle(asked)}, 5, done.append)


def test_every_model_learns_and_is_judged_on_the_same_splits(compared):
    epochs, asked, done, _ = compared
    wanted = []
    for split in by_run(epochs):
        wanted += [("fit", split.train.tolist(), 5), ("predict", split.test.tolist())]
    assert asked == wanted
    assert done == list(range(1, fits(epochs, by_run(epochs), {"oracle": Oracle([])}) + 1))


def test_predictions_stand_beside_their_targets(compared):
    epochs, _, _, comparison = compared
    oracle = comparison.trial("oracle")
    np.testing.assert_array_equal(comparison.target, epochs.target[comparison.which])
    assert balanced_accuracy(comparison.target, oracle.predicted) == 1
    assert comparison.splits == ("run0", "run1", "run2")


def test_baselines_are_always_there_and_chance_is_at_a_half(compared):
    comparison = compared[-1]
    first = comparison.metrics[0]
    assert [trial.model for trial in comparison.trials] == ["constant", "band power", "oracle"]
    assert comparison.score("constant", first).value == 0.5
    assert comparison.score("band power", first).low > 0.6
    difference = comparison.difference("oracle", "constant", first)
    assert difference.low > 0.3


def test_the_table_has_a_row_for_each_model_and_as_many_cells_in_each(compared):
    lines = compared[-1].markdown().splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert rows[-1].startswith("| oracle | 1.00 [1.00, 1.00] |")
    assert "60 epochs judged in 3 splits, drawn as 3 groups" in lines[-1]


def test_the_picture_has_the_best_model_on_top(compared):
    figure = comparison_figure(compared[-1])
    (ax,) = figure.axes
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[-1] == "oracle"
    assert [bar.get_width() for bar in ax.patches] == sorted(bar.get_width() for bar in ax.patches)


def test_of_errors_the_smallest_is_on_top_and_what_is_not_defined_says_so():
    gaze = gaze_epochs(24, patches=1)
    far = Fixed(np.full((1, 2), 30, np.float32))
    comparison = compare(gaze, by_run(gaze), {"far off": far}, 0)
    labels = [text.get_text() for text in comparison_figure(comparison).axes[0].get_yticklabels()]
    assert labels == ["far off", "constant", "band power"]
    assert "not defined" in comparison.markdown().splitlines()[-3]  # the correlation of a constant


def test_an_epoch_that_two_splits_hold_out_is_one_group():
    epochs = tone_epochs(20, runs=1, patches=1)
    half = Split("half", np.arange(10), np.arange(10, 20))
    comparison = compare(epochs, [half, half], {}, 0)
    assert len(np.unique(comparison.groups)) == 10
    np.testing.assert_array_equal(comparison.groups[:10], comparison.groups[10:])


def test_splits_that_judge_by_what_was_learned_are_refused():
    epochs = tone_epochs(12, patches=1)
    with pytest.raises(ModelError, match="split leaky tests on 2 of its training epochs"):
        compare(epochs, [Split("leaky", np.arange(8), np.arange(6, 12))], {}, 0)
    with pytest.raises(ModelError, match="split bare has 12 training epochs and 0 test epochs"):
        compare(epochs, [Split("bare", np.arange(12), np.arange(0))], {}, 0)
    with pytest.raises(ModelError, match="constant is the name of a baseline"):
        compare(epochs, by_run(epochs), {"constant": Oracle([])}, 0)
