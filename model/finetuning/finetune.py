"""The four ways in which an encoder is brought to a task.

frozen    the encoder as it is, a linear model solved on its features      (a "linear probe")
probe     the encoder as it is, the paper's head trained on it
full      encoder and head trained
scratch   encoder and head trained from nothing: what pretraining is measured against
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.config import MODES, Mode, ModelError
from earloop.model.finetuning.frozen import FrozenProbe
from earloop.model.finetuning.head import Head, Pool
from earloop.model.finetuning.network import Pretrained, TaskNetwork, cut_to, fresh
from earloop.model.fitting.training import NetworkPredictor, Reader, TrainConfig, train_network
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True)
class FineTune:
    """Encoder and head, trained by gradients.

    pretrained : what to begin with; None begins with a fresh encoder of size `preset`
    train_encoder : else the head alone learns
    pool : of the head; None is the paper's mean for a class, and for a value each band and channel by itself
    """

    pretrained: Pretrained | None = None
    train_encoder: bool = True
    preset: str = "tiny"
    pool: Pool | None = None
    config: TrainConfig = field(default_factory=TrainConfig)

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> NetworkPredictor:
        """Train on the training epochs; raises ModelError for epochs that the encoder cannot take."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            start = fresh(epochs, train, self.preset) if self.pretrained is None else cut_to(self.pretrained, epochs)
            head = Head.of(start.encoder.config, epochs, self.pool or ("mean" if epochs.classes else "mean_over_time"))
        network = TaskNetwork(start.encoder, head, start.scale)
        network.encoder.requires_grad_(self.train_encoder)
        slow = list(network.encoder.parameters()) if self.pretrained and self.train_encoder else []
        return train_network(network, read_tokens, epochs, train, self.config, seed, slow)


def finetuning(
    mode: Mode,
    pretrained: Pretrained | None = None,
    *,
    preset: str = "tiny",
    pool: Pool | None = None,
    config: TrainConfig | None = None,
) -> FineTune | FrozenProbe:
    """The model of a mode.

    Parameters
    ----------
    pretrained : needed by all but `scratch`, which takes none
    preset : size of the fresh encoder of `scratch`
    pool : of the head; None is over time alone for `frozen`, else what `FineTune` says

    Raises
    ------
    ModelError
        An unknown mode, or one without its encoder.
    """
    if mode not in MODES:
        raise ModelError(f"mode {mode!r} is not known; valid: {', '.join(MODES)}")
    if (mode == "scratch") != (pretrained is None):
        raise ModelError(
            f"mode {mode} begins with {'a fresh' if mode == 'scratch' else 'a pretrained'} encoder: "
            f"{'leave the checkpoint out' if mode == 'scratch' else 'give a checkpoint'}"
        )
    if mode == "frozen" and pretrained is not None:
        return FrozenProbe(pretrained, pool or "mean_over_time")
    return FineTune(pretrained, mode != "probe", preset, pool, config or TrainConfig())


def read_tokens(epochs: Epochs) -> Reader:
    """How a task reaches a `TaskNetwork`: as tokens, in token steps."""

    def read(which: NDArray[np.int64], shift: NDArray[np.int64] | None) -> Tensor:
        return torch.from_numpy(epochs.tokens(which, shift))

    return read
