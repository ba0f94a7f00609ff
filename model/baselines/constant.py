"""What one scores without looking at the signal: the frequencies of the classes, or the mean of the values.

The class that is rarer in what is held out is the more frequent one in what is left: a majority that is counted in the
training epochs flips from split to split, and scores below chance when splits are judged together. So the frequencies
are those of the whole task, which can only favour this baseline.
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
        return self.prediction.size

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.repeat(self.prediction[None], len(which), axis=0)


@dataclass(frozen=True)
class Constant:
    """The majority class of a task; of a regression the training epochs' mean at each patch and output."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> ConstantPredictor:
        if epochs.classes:
            share = np.bincount(epochs.target, minlength=len(epochs.classes)) / len(epochs)
            return ConstantPredictor(share.astype(np.float32))
        return ConstantPredictor(np.asarray(epochs.target[train].mean(axis=0), np.float32))
