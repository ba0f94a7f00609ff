"""The loss of a training: balanced cross-entropy for classes, or the squared error of standardised values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True)
class ClassGoal:
    """The goal of a classification.

    weight : float32 [classes]; all classes weigh the same in sum, and a class without training epochs weighs 0
    """

    weight: Tensor

    def loss(self, outputs: Tensor, target: NDArray[np.int64]) -> Tensor:
        """Return the cross-entropy of logits [batch, classes], the mean over the batch with each class's weight."""
        wanted = torch.as_tensor(target, device=outputs.device)
        weight = self.weight.to(outputs.device)
        return (functional.cross_entropy(outputs, wanted, reduction="none") * weight[wanted]).mean()

    def predictions(self, outputs: Tensor) -> Tensor:
        """Return the probabilities of logits [batch, classes]."""
        return outputs.softmax(dim=-1)


@dataclass(frozen=True)
class ValueGoal:
    """The goal of a regression: values at each patch.

    mean, deviation : float32 [outputs], of the training set; the network's outputs are standardised by them
    """

    mean: Tensor
    deviation: Tensor

    def loss(self, outputs: Tensor, target: NDArray[np.float32]) -> Tensor:
        """Return the mean squared error of standardised values [batch, patches, outputs]."""
        wanted = (torch.as_tensor(target) - self.mean) / self.deviation
        return functional.mse_loss(outputs, wanted.to(outputs.device))

    def predictions(self, outputs: Tensor) -> Tensor:
        """Return the values in their units of standardised values [batch, patches, outputs]."""
        return outputs * self.deviation.to(outputs.device) + self.mean.to(outputs.device)


Goal = ClassGoal | ValueGoal


def goal_of(epochs: Epochs, train: NDArray[np.int64]) -> Goal:
    """Return the goal that fits a task, with constants from the training epochs."""
    target = epochs.target[train]
    if not epochs.classes:
        values = torch.as_tensor(target).flatten(0, 1)
        deviation = values.std(dim=0, correction=0)
        return ValueGoal(values.mean(dim=0), torch.where(deviation > 0, deviation, 1.0))
    counts = np.bincount(target, minlength=len(epochs.classes))
    weight = len(train) / (np.maximum(counts, 1) * np.count_nonzero(counts))
    return ClassGoal(torch.tensor(weight * (counts > 0), dtype=torch.float32))


def goal_of_units(epochs: Epochs) -> Goal:
    """Return the goal of outputs that need no standardisation: values in their units, or logits with equal weights."""
    if epochs.classes:
        return ClassGoal(torch.ones(len(epochs.classes)))
    return ValueGoal(torch.zeros(len(epochs.outputs)), torch.ones(len(epochs.outputs)))
