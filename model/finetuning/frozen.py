"""The linear probe: a linear model that is solved on the features of a frozen encoder.

It is the fastest and the most stable test of a pretrained encoder: it has no learning rate, no order of epochs and no
early stop. The solution becomes the linear layer of a head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from earloop.model.config import ModelConfig
from earloop.model.finetuning.head import Head, Pool, pooled
from earloop.model.finetuning.network import Pretrained, TaskNetwork, cut_to
from earloop.model.fitting.goal import Goal, goal_of_units
from earloop.model.fitting.linear import LinearFit, fit_linear
from earloop.model.fitting.training import PREDICT_BATCH
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True, kw_only=True)
class FrozenPredictor:
    """A frozen encoder and a head that was solved.

    parameters : number of parameters of the linear model and of the encoder
    """

    network: TaskNetwork
    goal: Goal
    probe: FrozenProbe
    parameters: int

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return probabilities, float32 [which, classes], or values, float32 [which, patches, outputs]."""
        with torch.no_grad():
            outputs = self.network.head.linear(torch.from_numpy(self.probe.features(epochs)[which]))
            return np.asarray(self.goal.predictions(outputs).numpy(), np.float32)


class FrozenProbe:
    """Logistic or ridge regression on the features of a frozen encoder.

    Parameters
    ----------
    pool : the axes over which features are averaged, as in `earloop.model.finetuning.head`
    """

    def __init__(self, pretrained: Pretrained, pool: Pool = "mean_over_time") -> None:
        self.pretrained, self.pool = pretrained, pool
        self._cached: tuple[Epochs, NDArray[np.float32]] | None = None

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> FrozenPredictor:
        """Solve the linear model on the training epochs; raises ModelError for epochs that the encoder cannot take."""
        linear = fit_linear(self.features(epochs)[train], epochs, train, seed)
        cut = cut_to(self.pretrained, epochs)
        head = _head(linear, cut.encoder.config, epochs, self.pool)
        network = TaskNetwork(cut.encoder, head, cut.scale).eval()
        parameters = linear.parameters + sum(parameter.numel() for parameter in cut.encoder.parameters())
        return FrozenPredictor(network=network, goal=goal_of_units(epochs), probe=self, parameters=parameters)

    def features(self, epochs: Epochs) -> NDArray[np.float32]:
        """Return the features of all epochs, [epochs, width] or [epochs, patches, width].

        They are cached, because every split needs them.
        """
        if self._cached is None or self._cached[0] is not epochs:
            self._cached = epochs, self._encode(epochs)
        return self._cached[1]

    def _encode(self, epochs: Epochs) -> NDArray[np.float32]:
        cut = cut_to(self.pretrained, epochs)
        encoder = cut.encoder.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        device = encoder.embed.weight.device
        rows = []
        with torch.no_grad():
            for begin in range(0, len(epochs), PREDICT_BATCH):
                which = np.arange(begin, min(begin + PREDICT_BATCH, len(epochs)))
                tokens = torch.from_numpy(epochs.tokens(which) / cut.scale[:, None, None, None]).to(device)
                rows.append(pooled(encoder(tokens), by_patch=not epochs.classes, pool=self.pool).cpu().numpy())
        return np.concatenate(rows)


def _head(linear: LinearFit, config: ModelConfig, epochs: Epochs, pool: Pool) -> Head:
    """Return a head whose linear layer is the solved linear model."""
    head = Head.of(config, epochs, pool)
    weight, bias = linear.as_affine()
    with torch.no_grad():
        head.linear.weight.copy_(torch.from_numpy(weight))
        head.linear.bias.copy_(torch.from_numpy(bias))
    return head
