"""The score without the signal: this baseline predicts the frequencies of the classes, or the mean of the values.

A class that is rare in the test epochs of a split is frequent in its training epochs. A majority that is counted in the
training epochs would therefore change from split to split, and score below chance when splits are judged together. So
the frequencies are those of the whole task, which can only favour this baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True)
class ConstantPredictor:
    """The same prediction for each epoch, float32 [classes] or [patches, outputs]."""

    prediction: NDArray[np.float32]

    @property
    def parameters(self) -> int:
        """The number of values in the prediction."""
        return self.prediction.size

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the prediction once for each epoch of `which`."""
        return np.repeat(self.prediction[None], len(which), axis=0)


@dataclass(frozen=True)
class Constant:
    """The majority class of a task; for a regression the training epochs' mean at each patch and output."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> ConstantPredictor:
        """Count the classes of all epochs, or average the values of the training epochs."""
        if epochs.classes:
            share = np.bincount(epochs.target, minlength=len(epochs.classes)) / len(epochs)
            return ConstantPredictor(share.astype(np.float32))
        return ConstantPredictor(np.asarray(epochs.target[train].mean(axis=0), np.float32))
