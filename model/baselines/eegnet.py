"""EEGNet, the usual reference network for EEG decoders, from braindecode, fed and trained as its authors do.

Source: Lawhern et al. 2018, J. Neural Eng. 15, 056013, and the authors' code (github.com/vlawhern/arl-eegmodels): 128
Hz, temporal filters of half a second, Adam at 1e-3 with batches of 16, 500 passes (here at most 8,000 steps), dropout
0.5 within and 0.25 across subjects, and the weights of the pass with the smallest loss on held-out epochs. They remove
slow drifts by a high-pass of 0.1 to 4 Hz, depending on the paradigm; here it is 1 Hz for classes and 0.1 Hz for values,
which may be levels. They also low-pass at 40 Hz; here the limit is that of the rate, because some tasks of the ear are
muscles.

The filter runs over the whole recording. Each channel of a recording is scaled by its own median and median deviation,
which needs no label: the offsets and swings of an electrode are a thousand times larger than a signal, and a mean and a
standard deviation would follow them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt, sosfilt_zi
from torch import nn

from earloop.model.config import ModelError
from earloop.model.fitting.training import NetworkPredictor, Reader, TrainConfig, train_network
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenStream

RATE_HZ = 128.0
SHORTEST_S = 0.5  # as long as its temporal filters
HIGH_PASS_HZ = {"classes": 1.0, "values": 0.1}
DROPOUT = {"within": 0.5, "across": 0.25}  # subjects of the training epochs
SCHEDULE = TrainConfig(
    passes=500,
    most_steps=8000,
    patience=500,
    batch=16,
    learning_rate=1e-3,
    weight_decay=0.0,
    constant_rate=True,
)
NORMAL_DEVIATION = 1.4826  # standard deviation of a normal distribution whose median deviation is 1
LEAST_UV = 1e-3  # a dead channel stays 0
LARGEST = 20.0  # deviations: a lost contact swings a thousand times further, and would rule every mean and gradient


def takes(epochs: Epochs) -> bool:
    """Return whether the epochs are long enough for EEGNet's filters."""
    return epochs.samples / epochs.format.rate_hz >= SHORTEST_S


@dataclass(frozen=True)
class EEGNet:
    """EEGNet-8,2: 8 temporal filters, 2 spatial filters for each, 16 separable filters."""

    config: TrainConfig = SCHEDULE

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> NetworkPredictor:
        """Train from scratch; raises ModelError for epochs that are shorter than the filters."""
        if not takes(epochs):
            length_s = epochs.samples / epochs.format.rate_hz
            raise ModelError(f"{epochs.task}: epochs of {length_s:g} s: EEGNet needs {SHORTEST_S:g} s or more")
        across = len(np.unique(epochs.subject[train])) > 1
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = _network(epochs, DROPOUT["across" if across else "within"])
        return train_network(
            network, _Reading(HIGH_PASS_HZ["classes" if epochs.classes else "values"]), epochs, train, self.config, seed
        )


def _network(epochs: Epochs, dropout: float) -> nn.Module:
    from braindecode.models import EEGNetv4

    outputs = len(epochs.classes) or epochs.patches * len(epochs.outputs)
    with warnings.catch_warnings():  # braindecode warns that its next version renames the class
        warnings.simplefilter("ignore")
        network = EEGNetv4(
            n_chans=len(epochs.format.channels), n_outputs=outputs, n_times=_samples(epochs), drop_prob=dropout
        )
    if epochs.classes:
        return nn.Sequential(network)
    return nn.Sequential(network, nn.Unflatten(1, (epochs.patches, len(epochs.outputs))))


def _samples(epochs: Epochs) -> int:
    return round(epochs.samples * RATE_HZ / epochs.format.rate_hz)


@dataclass(frozen=True)
class _Reading:
    """Reads epochs as float32 [batch, channels, samples] at `RATE_HZ`, in deviations of their recording.

    prepared : the signal of each stream that was read, by the stream's identity, next to the stream
    """

    high_pass_hz: float
    prepared: dict[int, tuple[TokenStream, NDArray[np.float32]]] = field(default_factory=dict)

    def __call__(self, task: Epochs) -> Reader:
        """Return the reader of a task."""
        return lambda which, shift: torch.from_numpy(self._cut(task, which, shift))

    def _cut(self, task: Epochs, which: NDArray[np.int64], shift: NDArray[np.int64] | None) -> NDArray[np.float32]:
        samples, per_tick = _samples(task), RATE_HZ / task.format.rate_hz
        cuts = []
        for stream, start in zip(task.stream[which], task.starts(which, shift), strict=True):
            signal = self._signal(task.streams[stream])
            first = min(round(start * per_tick), len(signal) - samples)
            cuts.append(signal[first : first + samples].T)
        return np.stack(cuts)

    def _signal(self, stream: TokenStream) -> NDArray[np.float32]:
        if id(stream) not in self.prepared:
            self.prepared[id(stream)] = stream, prepared_signal(stream, self.high_pass_hz)
        return self.prepared[id(stream)][1]


def prepared_signal(stream: TokenStream, high_pass_hz: float) -> NDArray[np.float32]:
    """Return the signal before the bands as EEGNet takes it: high-passed, at `RATE_HZ`, scaled and clipped.

    float32 [samples, channels], in deviations of each channel
    """
    uv, rate_hz = np.asarray(stream.notched_uv, np.float64), stream.format.rate_hz
    sos = butter(2, high_pass_hz, "highpass", fs=rate_hz, output="sos")
    passed, _ = sosfilt(sos, uv, axis=0, zi=sosfilt_zi(sos)[:, :, None] * uv[0])
    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(1000)
    at_rate = resample_poly(passed, ratio.numerator, ratio.denominator, axis=0, padtype="line")
    from_middle = at_rate - np.median(at_rate, axis=0)
    deviation = np.maximum(NORMAL_DEVIATION * np.median(np.abs(from_middle), axis=0), LEAST_UV)
    return np.asarray(np.clip(from_middle / deviation, -LARGEST, LARGEST), np.float32)
