"""A decoder: the result of fine-tuning, for use on recordings that it did not learn from.

It consists, in every mode, of an encoder cut to the task's epochs, a head, and the goal that interprets the outputs.
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


@dataclass(frozen=True, kw_only=True)
class DecoderInfo:
    """The origin of a decoder, and the meaning of its outputs.

    format : format of the tokens that it learned from
    task : name of the task
    classes, outputs : as in `Epochs`; one of them is empty
    epochs : number of epochs that it learned from
    mode, seed : mode and seed of the fine-tuning
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
    """A trained network on the CPU, and the goal that interprets its outputs."""

    network: TaskNetwork
    goal: Goal
    info: DecoderInfo

    @property
    def patches(self) -> int:
        """The number of patches of a window."""
        return self.network.encoder.config.patches

    def predict(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Predict from windows [windows, bands, channels, patches, patch] in token steps.

        Returns
        -------
        Probabilities, float32 [windows, classes], or values, float32 [windows, patches, outputs].
        """
        with torch.no_grad():
            return np.asarray(self.goal.predictions(self.network(torch.from_numpy(windows))).numpy(), np.float32)


def learn_decoder(model: FineTune | FrozenProbe, epochs: Epochs, *, mode: Mode, seed: int) -> Decoder:
    """Fit the model of a mode to all epochs, and return it as a decoder; raises ModelError as its `fit` does."""
    predictor = model.fit(epochs, np.arange(len(epochs)), seed)
    network, goal = predictor.network, predictor.goal
    if not isinstance(network, TaskNetwork):
        raise TypeError(f"the predictor's network is a {type(network).__name__}; wanted a TaskNetwork")
    info = DecoderInfo(
        format=epochs.format,
        task=epochs.task,
        classes=epochs.classes,
        outputs=epochs.outputs,
        epochs=len(epochs),
        mode=mode,
        seed=seed,
        program=version("earloop"),
    )
    return Decoder(copy.deepcopy(network).cpu().eval(), goal, info)
