"""Several networks that differ in their seed alone, and the mean of what they predict.

A small task holds out some twenty epochs to say when to stop: single networks scatter, their mean does not.
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
    """Fitted networks."""

    members: Sequence[Predictor]

    @property
    def parameters(self) -> int:
        return sum(member.parameters for member in self.members)

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(np.mean([member.predict(epochs, which) for member in self.members], axis=0), np.float32)


@dataclass(frozen=True)
class Averaged:
    """A model that is fitted `count` times."""

    model: Model
    count: int

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> AveragedPredictor:
        seeds = np.random.SeedSequence(seed).generate_state(self.count)
        return AveragedPredictor([self.model.fit(epochs, train, int(one)) for one in seeds])
