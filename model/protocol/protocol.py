"""What every model of a comparison is: something that learns from epochs, and what it has become after that."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earloop.model.tasks.epochs import Epochs


class Predictor(Protocol):
    """A model after learning.

    parameters : numbers that were learned, pretrained ones among them
    """

    @property
    def parameters(self) -> int: ...

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Probabilities, float32 [which, classes]; of a regression the values, float32 [which, patches, outputs]."""
        ...


class Model(Protocol):
    """A model before learning."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> Predictor:
        """Learn from the epochs `train` alone; the same seed gives the same predictor.

        Raises
        ------
        ModelError
            Epochs that the model cannot take, or too few of them.
        """
        ...
