"""Any estimator with scikit-learn's interface as a model of a comparison: those of pyRiemann, MNE, aeon, skorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs

Inputs = Callable[[Epochs, NDArray[np.int64]], NDArray[Any]]
"""Returns an estimator's X for epochs by index, epochs on the first axis."""


def signals_of(epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the signal before the bands, float32 [which, channels, samples] in uV."""
    return epochs.notched_uv(which)


@dataclass(frozen=True)
class SklearnModel:
    """An estimator that is fitted anew to each training set.

    Parameters
    ----------
    estimator : has `fit(X, y)`, and for classes `predict_proba(X)` or `predict(X)`, for values `predict(X)`
    inputs : X of epochs; by default `signals_of`
    """

    estimator: Any
    inputs: Inputs = signals_of

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> SklearnPredictor:
        """Fit a copy of the estimator; values are [epochs, patches x outputs] to it.

        `random_state` of the estimator is set to the seed, where it has one.
        """
        estimator = clone(self.estimator)
        seeded = [name for name in estimator.get_params() if name.split("__")[-1] == "random_state"]
        estimator.set_params(**dict.fromkeys(seeded, seed))
        target = epochs.target[train]
        estimator.fit(self.inputs(epochs, train), target if epochs.classes else target.reshape(len(target), -1))
        return SklearnPredictor(estimator, self.inputs)


@dataclass(frozen=True)
class SklearnPredictor:
    """A fitted estimator."""

    estimator: Any
    inputs: Inputs

    @property
    def parameters(self) -> int:
        """The number of fitted values in the estimator's arrays, those of its steps included; 0 where it hides them."""
        steps = getattr(self.estimator, "steps", [("", self.estimator)])
        found = [value for _, step in steps for name, value in vars(step).items() if name.endswith("_")]
        return sum(value.size for value in found if isinstance(value, np.ndarray) and value.dtype.kind == "f")

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return probabilities, float32 [which, classes], or values, float32 [which, patches, outputs].

        Raises
        ------
        ModelError
            The estimator returns something of another shape.
        """
        given = self.inputs(epochs, which)
        if not epochs.classes:
            return np.asarray(self.estimator.predict(given), np.float32).reshape(epochs.target[which].shape)
        scores = np.zeros((len(which), len(epochs.classes)), np.float32)
        if hasattr(self.estimator, "predict_proba"):
            scores[:, np.asarray(self.estimator.classes_, np.int64)] = self.estimator.predict_proba(given)
            return scores
        chosen = np.asarray(self.estimator.predict(given))
        if chosen.shape != (len(which),) or not np.isin(chosen, np.arange(len(epochs.classes))).all():
            raise ModelError(
                f"{type(self.estimator).__name__} predicts {chosen.dtype} {list(chosen.shape)}: wanted the index of a "
                f"class for each of {len(which)} epochs"
            )
        scores[np.arange(len(which)), chosen.astype(np.int64)] = 1
        return scores
