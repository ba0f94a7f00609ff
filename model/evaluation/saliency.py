"""The importance of each band for a task, by two methods whose errors differ.

Attribution uses integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365) from epochs of the training set
(expected gradients: Erion et al. 2021, arXiv 1906.10670): it is what each band adds to the output. The sum over all
bands is the whole change of the output, which does not hold for plain gradients. Occlusion is the loss of the metric
when a band comes from another epoch (permutation importance: Breiman 2001).

Both methods replace a band with real signal, not with silence or a mean: a layer norm scales a silent token up to the
size of any other, so that an encoder that never saw silence would fail without a band of noise.

The tokenizer's bands overlap. If two bands have the same information, occlusion of one of them shows a small loss; so a
small loss does not prove that a band has no information.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.config import ModelError
from earloop.model.finetuning.network import TaskNetwork
from earloop.model.fitting.training import NetworkPredictor
from earloop.model.protocol.metrics import Metric
from earloop.model.protocol.protocol import Predictor
from earloop.model.tasks.epochs import Epochs

STEPS = 24  # on the path to an epoch, each from another training epoch
REPEATS = 4  # of the occlusion, each with other training epochs
BATCH = 16


@dataclass(frozen=True, kw_only=True)
class BandSaliency:
    """The importance of each band.

    attribution : float64 [bands], share of each band in the output, of sum 1
    whole : the metric with all bands
    loss : float64 [bands], loss of the metric without a band, positive where the metric gets worse
    """

    task: str
    bands: tuple[str, ...]
    metric: Metric
    attribution: NDArray[np.float64]
    whole: float
    loss: NDArray[np.float64]

    @property
    def occlusion(self) -> NDArray[np.float64]:
        """The share of each band in all losses, of sum 1; 0 for a band without which the metric is not worse."""
        worse = np.maximum(self.loss, 0)
        return worse / worse.sum() if worse.any() else worse


def band_saliency(
    predictor: NetworkPredictor,
    epochs: Epochs,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    metric: Metric,
    seed: int,
) -> BandSaliency:
    """Return attribution and occlusion over the epochs `test`, of a model that was trained on `train`.

    Raises
    ------
    ModelError
        The model takes no bands.
    """
    whole, loss = occlusion_by_band(predictor, epochs, train, test, metric, seed)
    share = attribution_by_band(predictor, epochs, train, test, seed)
    return BandSaliency(
        task=epochs.task, bands=epochs.format.bands, metric=metric, attribution=share, whole=whole, loss=loss
    )


def attribution_by_band(
    predictor: NetworkPredictor, epochs: Epochs, train: NDArray[np.int64], test: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Return the mean size of each band's contribution to the output, as a share of all bands, float64 [bands].

    The output of a classification is the logit of the predicted class minus the mean of all logits; the output of a
    regression is half the sum of squares of its standardised values.

    Raises
    ------
    ModelError
        The model takes no bands.
    """
    network = predictor.network
    if not isinstance(network, TaskNetwork):
        raise ModelError(f"{epochs.task}: the model takes no bands, so they have no attribution; wanted a PiMT model")
    generator = np.random.default_rng(seed)
    read, device = predictor.reading(epochs), network.scale.device
    sizes = np.zeros(len(epochs.format.bands))
    for begin in range(0, len(test), BATCH):
        tokens = read(test[begin : begin + BATCH], None).to(device)
        references = (read(generator.choice(train, len(tokens)), None).to(device) for _ in range(STEPS))
        added = integrated_gradients(_output_of(network, tokens, bool(epochs.classes)), tokens, references, STEPS)
        sizes += added.sum(dim=(2, 3, 4)).abs().sum(dim=0).double().cpu().numpy()
    share: NDArray[np.float64] = sizes / max(sizes.sum(), np.finfo(float).tiny)
    return share


def integrated_gradients(
    output: Callable[[Tensor], Tensor], inputs: Tensor, references: Iterable[Tensor], steps: int
) -> Tensor:
    """Return each input's contribution to the output on the path from a reference, of the shape [batch, ...] of inputs.

    Parameters
    ----------
    output : maps inputs to a number for each example of the batch
    references : for each step, the start of the path, of the shape of the inputs
    steps : steps of the midpoint rule; with more steps the sum over an example's inputs approaches its output minus the
        mean output of the references
    """
    total = torch.zeros_like(inputs)
    for step, reference in zip(range(steps), references, strict=True):
        path = inputs - reference
        point = (reference + path * ((step + 0.5) / steps)).requires_grad_()
        (gradient,) = torch.autograd.grad(output(point).sum(), point)
        total += path * gradient
    return total / steps


def occlusion_by_band(
    predictor: Predictor,
    epochs: Epochs,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    metric: Metric,
    seed: int,
) -> tuple[float, NDArray[np.float64]]:
    """Return the metric over the epochs `test`, and its loss without each band, float64 [bands].

    The band of a training epoch replaces the occluded band. A model may be any that takes tokens; one that takes the
    signal before the bands loses nothing.
    """
    generator = np.random.default_rng(seed)
    target, every = epochs.target[test], np.arange(len(test))
    whole = metric.compute(target, predictor.predict(epochs, test))
    loss = np.zeros(len(epochs.format.bands))
    for band in range(len(loss)):
        for _ in range(REPEATS):
            other = _exchanged(epochs, test, generator.choice(train, len(test)), band)
            loss[band] += (whole - metric.compute(target, predictor.predict(other, every))) / REPEATS
    return whole, loss if metric.higher_is_better else -loss


def _exchanged(epochs: Epochs, which: NDArray[np.int64], donors: NDArray[np.int64], band: int) -> Epochs:
    """Return the epochs `which`, each as a separate stream, with one band from the epochs `donors`."""
    streams = []
    for mine, other in zip(which, donors, strict=True):
        stream, begin = epochs.streams[epochs.stream[mine]], epochs.start[mine]
        samples = stream.samples[begin : begin + epochs.samples].copy()
        donor = epochs.streams[epochs.stream[other]].samples[epochs.start[other] : epochs.start[other] + epochs.samples]
        samples[:, :, band] = donor[:, :, band]
        uv = stream.notched_uv[begin : begin + epochs.samples]
        streams.append(replace(stream, samples=samples, notched_uv=uv))
    return replace(
        epochs,
        streams=tuple(streams),
        stream=np.arange(len(which)),
        start=np.zeros(len(which), np.int64),
        target=epochs.target[which],
    )


def _output_of(network: TaskNetwork, tokens: Tensor, is_class: bool) -> Callable[[Tensor], Tensor]:
    """Return the output that is attributed, one number per example; its class is the one predicted for `tokens`."""
    if not is_class:
        return lambda inputs: network(inputs).square().sum(dim=(1, 2)) / 2
    with torch.no_grad():
        chosen = network(tokens).argmax(dim=1, keepdim=True)

    def output(inputs: Tensor) -> Tensor:
        logits: Tensor = network(inputs)
        return logits.gather(1, chosen).squeeze(1) - logits.mean(dim=1)

    return output
