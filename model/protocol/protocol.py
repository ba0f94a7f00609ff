"""The protocol of every model in a comparison: a model learns from epochs and becomes a predictor."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earloop.model.tasks.epochs import Epochs


class Predictor(Protocol):
    """A model after learning."""

    @property
    def parameters(self) -> int:
        """The number of learned parameters, including pretrained ones."""
        ...

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return probabilities, float32 [which, classes], or values, float32 [which, patches, outputs]."""
        ...


class Model(Protocol):
    """A model before learning."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> Predictor:
        """Learn from the epochs `train` alone; the same seed gives the same predictor.

        Raises
        ------
        ModelError
            The model cannot take the epochs, or there are too few.
        """
        ...
