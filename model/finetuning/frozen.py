"""The linear probe: what a frozen encoder has made of each epoch, told apart by a linear model that is solved for.

The quickest judge of a pretrained encoder, and the steadiest: it has no learning rate, no order and no early stop. What
was solved for stands on the encoder as a head like any other.
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


@dataclass(frozen=True)
class FrozenPredictor:
    """An encoder that did not learn, under a head that was solved for.

    parameters : those of the linear model that was solved, and of the encoder
    """

    network: TaskNetwork
    goal: Goal
    probe: FrozenProbe
    parameters: int

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.no_grad():
            outputs = self.network.head.linear(torch.from_numpy(self.probe.features(epochs)[which]))
            return np.asarray(self.goal.predictions(outputs).numpy(), np.float32)


class FrozenProbe:
    """Logistic or ridge regression on the features of an encoder that does not learn.

    Parameters
    ----------
    pool : over what features are averaged, as in `earloop.model.finetuning.head`
    """

    def __init__(self, pretrained: Pretrained, pool: Pool = "mean_over_time") -> None:
        self.pretrained, self.pool = pretrained, pool
        self._seen: tuple[Epochs, NDArray[np.float32]] | None = None

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> FrozenPredictor:
        """Solve for the training epochs; raises ModelError for epochs that the encoder cannot take."""
        linear = fit_linear(self.features(epochs)[train], epochs, train, seed)
        brought = cut_to(self.pretrained, epochs)
        head = _head(linear, brought.encoder.config, epochs, self.pool)
        network = TaskNetwork(brought.encoder, head, brought.scale).eval()
        parameters = linear.parameters + sum(parameter.numel() for parameter in brought.encoder.parameters())
        return FrozenPredictor(network, goal_of_units(epochs), self, parameters)

    def features(self, epochs: Epochs) -> NDArray[np.float32]:
        """Of every epoch, [epochs, width] or [epochs, patches, width]; kept, for every split asks for the same."""
        if self._seen is None or self._seen[0] is not epochs:
            self._seen = epochs, self._encode(epochs)
        return self._seen[1]

    def _encode(self, epochs: Epochs) -> NDArray[np.float32]:
        brought = cut_to(self.pretrained, epochs)
        encoder = brought.encoder.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        device = encoder.embed.weight.device
        rows = []
        with torch.no_grad():
            for begin in range(0, len(epochs), PREDICT_BATCH):
                which = np.arange(begin, min(begin + PREDICT_BATCH, len(epochs)))
                tokens = torch.from_numpy(epochs.tokens(which) / brought.scale[:, None, None, None]).to(device)
                rows.append(pooled(encoder(tokens), by_patch=not epochs.classes, pool=self.pool).cpu().numpy())
        return np.concatenate(rows)


def _head(linear: LinearFit, config: ModelConfig, epochs: Epochs, pool: Pool) -> Head:
    """The head whose linear layer is what was solved for."""
    head = Head.of(config, epochs, pool)
    weight, bias = linear.as_affine()
    with torch.no_grad():
        head.linear.weight.copy_(torch.from_numpy(weight))
        head.linear.bias.copy_(torch.from_numpy(bias))
    return head
