"""EEGNet, the usual reference network for EEG decoders (Lawhern et al. 2018), from braindecode.

Its input is the signal before the tokenizer's bands, each channel standardised by the training epochs. The same loop
trains it as our model, without weight decay and with more patience: on a hundred epochs of flicker its held-out loss
stays constant for twenty passes before it falls, and at Adam's usual rate of 1e-3 it does not fall in a hundred passes.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earloop.model.config import ModelError
from earloop.model.fitting.training import NetworkPredictor, Reader, Reading, TrainConfig, train_network
from earloop.model.tasks.epochs import Epochs

DEFAULTS = TrainConfig(passes=60, patience=40, batch=16, learning_rate=5e-3, weight_decay=0.0)
SHORTEST = 64  # samples: its temporal filters are half a second long at the 128 Hz that it was designed for


@dataclass(frozen=True)
class EEGNet:
    """EEGNet of the published sizes: 8 temporal filters, 2 spatial filters for each, 16 separable filters."""

    config: TrainConfig = DEFAULTS

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> NetworkPredictor:
        """Train from scratch; raises ModelError for epochs that are shorter than the filters."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = _network(epochs)
        return train_network(network, _reading(epochs, train), epochs, train, self.config, seed)


def _network(epochs: Epochs) -> nn.Module:
    if epochs.samples < SHORTEST:
        raise ModelError(f"{epochs.task}: epochs of {epochs.samples} samples: EEGNet needs {SHORTEST} or more")
    from braindecode.models import EEGNetv4

    outputs = len(epochs.classes) or epochs.patches * len(epochs.outputs)
    with warnings.catch_warnings():  # braindecode warns that its next version renames the class
        warnings.simplefilter("ignore")
        network = EEGNetv4(n_chans=len(epochs.format.channels), n_outputs=outputs, n_times=epochs.samples)
    if epochs.classes:
        return nn.Sequential(network)
    return nn.Sequential(network, nn.Unflatten(1, (epochs.patches, len(epochs.outputs))))


def _reading(epochs: Epochs, train: NDArray[np.int64]) -> Reading:
    """Return a reading: float32 [batch, channels, samples], standardised by the training epochs."""
    learned = epochs.notched_uv(train)
    mean = learned.mean(axis=(0, 2), keepdims=True, dtype=np.float64)
    deviation = np.maximum(
        learned.std(axis=(0, 2), keepdims=True, dtype=np.float64), 1e-3
    )  # uV; a dead channel stays 0

    def reader_of(task: Epochs) -> Reader:
        def read(which: NDArray[np.int64], shift: NDArray[np.int64] | None) -> Tensor:
            return torch.from_numpy(np.asarray((task.notched_uv(which, shift) - mean) / deviation, np.float32))

        return read

    return reader_of
