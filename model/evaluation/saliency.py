"""Which band carries a task, asked in two ways that fail differently.

Attribution by integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365) from epochs of the training set
(expected gradients: Erion et al. 2021, arXiv 1906.10670): what each band adds to the output; over all bands it adds up
to the whole change, which plain gradients do not. Occlusion: what the metric loses when a band comes from another epoch
(permutation importance: Breiman 2001).

Both put real signal in the place of what they take away, not silence or a mean: a layer norm blows a silent token up
to the size of any other, so that an encoder that never saw silence fails without a band of mere noise.

The tokenizer's bands overlap. What a model could take from either of two bands, occlusion of one alone does not show;
a small loss is no proof that a band holds nothing.
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

STEPS = 24  # of the path to an epoch, each from another training epoch
REPEATS = 4  # of occlusion, each with other epochs in the place
BATCH = 16


@dataclass(frozen=True)
class BandSaliency:
    """How much each band matters.

    attribution : float64 [bands], share of the output that a band brings, of sum 1
    whole : the metric with all bands
    loss : float64 [bands], what the metric loses without a band, above 0 where it gets worse
    """

    task: str
    bands: tuple[str, ...]
    metric: Metric
    attribution: NDArray[np.float64]
    whole: float
    loss: NDArray[np.float64]

    @property
    def occlusion(self) -> NDArray[np.float64]:
        """Share of each band in all losses, of sum 1; nothing for a band without which the metric is no worse."""
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
    """Both, of a model that was trained on `train`, over the epochs `test`.

    Raises
    ------
    ModelError
        A model that takes no bands.
    """
    whole, loss = occlusion_by_band(predictor, epochs, train, test, metric, seed)
    share = attribution_by_band(predictor, epochs, train, test, seed)
    return BandSaliency(epochs.task, epochs.format.bands, metric, share, whole, loss)


def attribution_by_band(
    predictor: NetworkPredictor, epochs: Epochs, train: NDArray[np.int64], test: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Mean size of what a band adds to the output of an epoch, as a share of all bands', float64 [bands].

    The output of a classification is the logit of the class that the model chose above the mean of all; of a
    regression, half the square of its standardised values: how far from the mean it dares to go.

    Raises
    ------
    ModelError
        A model that takes no bands.
    """
    network = predictor.network
    if not isinstance(network, TaskNetwork):
        raise ModelError(f"{epochs.task}: a model that takes no bands cannot say which of them carries the task")
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
    """What each input adds to the output on the way from a reference, of the shape of the inputs [batch, ...].

    Parameters
    ----------
    output : inputs -> a number for each of the batch
    references : for each step, where the way begins, of the shape of the inputs
    steps : of the midpoint rule; the sum over an example's inputs nears the output there less the mean output at the
        references as they grow
    """
    total = torch.zeros_like(inputs)
    for step, reference in zip(range(steps), references, strict=True):
        way = inputs - reference
        point = (reference + way * ((step + 0.5) / steps)).requires_grad_()
        (gradient,) = torch.autograd.grad(output(point).sum(), point)
        total += way * gradient
    return total / steps


def occlusion_by_band(
    predictor: Predictor,
    epochs: Epochs,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    metric: Metric,
    seed: int,
) -> tuple[float, NDArray[np.float64]]:
    """The metric over the epochs `test`, and what it loses without each band, float64 [bands].

    A band is taken away by playing that of a training epoch in its place. Any model that reads tokens will do; one that
    reads the signal before the bands loses nothing.
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
    """The epochs `which`, each a stream of its own, with one band from the epochs `donors`."""
    streams = []
    for mine, other in zip(which, donors, strict=True):
        stream, begin = epochs.streams[epochs.stream[mine]], epochs.start[mine]
        samples = stream.samples[begin : begin + epochs.samples].copy()
        lent = epochs.streams[epochs.stream[other]].samples[epochs.start[other] : epochs.start[other] + epochs.samples]
        samples[:, :, band] = lent[:, :, band]
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
    """The number that is explained, one for each of a batch; the class is the one chosen for the whole `tokens`."""
    if not is_class:
        return lambda inputs: network(inputs).square().sum(dim=(1, 2)) / 2
    with torch.no_grad():
        chosen = network(tokens).argmax(dim=1, keepdim=True)

    def output(inputs: Tensor) -> Tensor:
        logits: Tensor = network(inputs)
        return logits.gather(1, chosen).squeeze(1) - logits.mean(dim=1)

    return output
