"""Several networks that differ only in their seed, and the mean of their predictions.

A small task holds out some twenty epochs to decide when to stop: single networks vary much, their mean varies little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.protocol.protocol import Model, Predictor
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True)
class AveragedPredictor:
    """Fitted networks, whose predictions are averaged."""

    members: Sequence[Predictor]

    @property
    def parameters(self) -> int:
        """The number of parameters of all members."""
        return sum(member.parameters for member in self.members)

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of the members' predictions."""
        return np.asarray(np.mean([member.predict(epochs, which) for member in self.members], axis=0), np.float32)


@dataclass(frozen=True)
class Averaged:
    """A model that is fitted `count` times."""

    model: Model
    count: int

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> AveragedPredictor:
        """Fit the model with `count` seeds that are drawn from `seed`; raises ModelError as the model's `fit` does."""
        seeds = np.random.SeedSequence(seed).generate_state(self.count)
        return AveragedPredictor([self.model.fit(epochs, train, int(one)) for one in seeds])
