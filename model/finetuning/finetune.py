"""The four modes in which an encoder is fitted to a task.

frozen    the encoder does not change; a linear model is solved on its features    (a "linear probe")
probe     the encoder does not change; the paper's head is trained on it
full      encoder and head are trained
scratch   a fresh encoder and a head are trained: the reference for the benefit of pretraining
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

TOKENS_OF_A_PART = 1536  # of a batch, for one thread: two windows of the reference design


@dataclass(frozen=True, kw_only=True)
class FineTune:
    """Encoder and head, trained by gradients.

    Parameters
    ----------
    pretrained : encoder to begin with; None begins with a fresh encoder of size `preset`
    train_encoder : whether the encoder learns as well as the head
    pool : pooling of the head; None means the paper's mean for classes, and `mean_over_time` for values
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
        part = max(1, TOKENS_OF_A_PART // start.encoder.config.tokens)
        return train_network(network, read_tokens, epochs, train, self.config, seed, slow, part)


def finetuning(
    mode: Mode,
    pretrained: Pretrained | None = None,
    *,
    preset: str = "tiny",
    pool: Pool | None = None,
    config: TrainConfig | None = None,
) -> FineTune | FrozenProbe:
    """Return the model of a mode.

    Parameters
    ----------
    pretrained : needed by all modes except `scratch`, which takes none
    preset : size of the fresh encoder of `scratch`
    pool : pooling of the head; None means `mean_over_time` in mode `frozen`, else for the default of `FineTune`

    Raises
    ------
    ModelError
        The mode is unknown, or does not fit the presence of an encoder.
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
    return FineTune(
        pretrained=pretrained, train_encoder=mode != "probe", preset=preset, pool=pool, config=config or TrainConfig()
    )


def read_tokens(epochs: Epochs) -> Reader:
    """Return the reader of a task for a `TaskNetwork`, which takes tokens in token steps."""

    def read(which: NDArray[np.int64], shift: NDArray[np.int64] | None) -> Tensor:
        return torch.from_numpy(epochs.tokens(which, shift))

    return read
