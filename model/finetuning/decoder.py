"""A decoder: what fine-tuning has learned, to be used on other recordings than it learned from.

Every mode leaves the same: an encoder cut to the task's epochs, a head on it, and what the head's outputs mean.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import torch
from numpy.typing import NDArray

from earloop.model.config import Mode
from earloop.model.finetuning.finetune import FineTune
from earloop.model.finetuning.frozen import FrozenProbe
from earloop.model.finetuning.network import TaskNetwork
from earloop.model.fitting.goal import Goal
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenFormat


@dataclass(frozen=True)
class DecoderInfo:
    """What a decoder was made from, and what it tells.

    format : of the tokens that it learned from
    task : its name
    classes, outputs : of `Epochs`; one of them is empty
    epochs : how many it learned from
    mode, seed : of the fine-tuning
    program : version of the program that made it
    """

    format: TokenFormat
    task: str
    classes: tuple[str, ...]
    outputs: tuple[str, ...]
    epochs: int
    mode: Mode
    seed: int
    program: str


@dataclass(frozen=True)
class Decoder:
    """A trained network on the CPU, and what its outputs mean."""

    network: TaskNetwork
    goal: Goal
    info: DecoderInfo

    @property
    def patches(self) -> int:
        """Of the windows that it takes."""
        return self.network.encoder.config.patches

    def predict(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of windows [windows, bands, channels, patches, patch] in token steps what a `Predictor` gives of epochs.

        That is float32 [windows, classes], probabilities, or [windows, patches, outputs], values.
        """
        with torch.no_grad():
            return np.asarray(self.goal.predictions(self.network(torch.from_numpy(windows))).numpy(), np.float32)


def learn_decoder(model: FineTune | FrozenProbe, epochs: Epochs, *, mode: Mode, seed: int) -> Decoder:
    """The decoder that the model of a mode becomes by learning from all epochs; raises as its `fit` does."""
    predictor = model.fit(epochs, np.arange(len(epochs)), seed)
    network, goal = predictor.network, predictor.goal
    if not isinstance(network, TaskNetwork):
        raise TypeError(f"a decoder is made of a TaskNetwork, not of a {type(network).__name__}")
    info = DecoderInfo(
        epochs.format, epochs.task, epochs.classes, epochs.outputs, len(epochs), mode, seed, version("earloop")
    )
    return Decoder(copy.deepcopy(network).cpu().eval(), goal, info)
