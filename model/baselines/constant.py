"""What one scores without looking at the signal: the frequencies of the classes, or the mean of the values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.tasks.epochs import Epochs


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
    """The majority class of a classification; the mean of each patch and output of a regression."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> ConstantPredictor:
        target = epochs.target[train]
        if epochs.classes:
            share = np.bincount(target, minlength=len(epochs.classes)) / len(train)
            return ConstantPredictor(share.astype(np.float32))
        return ConstantPredictor(np.asarray(target.mean(axis=0), np.float32))
