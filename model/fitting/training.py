"""The loop that trains a network on a task: AdamW, warm-up and cosine, random shifts, early stop by held-out epochs.

Everything random comes from the seed; the caller's random state does not change.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earloop.model.config import ModelError
from earloop.model.fitting.goal import Goal, goal_of
from earloop.model.network.workers import Loss, Workers
from earloop.model.protocol.inner_folds import inner_folds
from earloop.model.tasks.epochs import Epochs

PREDICT_BATCH = 32

Reader = Callable[[NDArray[np.int64], NDArray[np.int64] | None], Tensor]
"""Returns the network's input for epochs by index, each shifted by some ticks."""

Reading = Callable[[Epochs], Reader]
"""Returns the reader of a task."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of one training run.

    passes : largest number of passes over the training epochs
    most_steps : largest number of steps, which limits the passes of a large task
    patience : number of passes without a smaller held-out loss after which training ends
    encoder_rate : learning rate of a pretrained encoder, as a share of the head's `learning_rate`; at 0.2 small
        encoders changed too little in the given passes: 0.66 on real flicker, and 0.92 or better at 1
    warmup_share : share of all steps in which the learning rate rises
    shift_ticks : training epochs are shifted at random by at most this, in either direction; the epochs of a regression
        are not shifted, because their values belong to fixed patches
    constant_rate : whether the learning rate stays at `learning_rate`, without warm-up and decay
    held_out : share of the training epochs that decide when to stop; the weights with the smallest held-out loss win
    """

    passes: int = 60
    most_steps: int = 1_000_000
    patience: int = 20
    batch: int = 32
    learning_rate: float = 4e-3
    encoder_rate: float = 1.0
    weight_decay: float = 0.05
    warmup_share: float = 0.1
    clip_norm: float = 1.0
    shift_ticks: int = 25
    constant_rate: bool = False
    held_out: float = 0.2


@dataclass(frozen=True)
class History:
    """The mean loss of each pass.

    learned : loss on the epochs that train the weights
    held_out : loss on the epochs that decide when to stop
    """

    learned: tuple[float, ...]
    held_out: tuple[float, ...]

    @property
    def best(self) -> int:
        """The index of the pass with the smallest held-out loss, whose weights are the result."""
        return int(np.argmin(self.held_out))


@dataclass(frozen=True, kw_only=True)
class NetworkPredictor:
    """A trained network, and the goal that interprets its outputs.

    history : losses of its training
    """

    network: nn.Module
    reading: Reading
    goal: Goal
    history: History

    @property
    def parameters(self) -> int:
        """The number of weights of the network."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return probabilities, float32 [which, classes], or values, float32 [which, patches, outputs]."""
        with torch.no_grad():
            outputs = torch.cat([out for _, out in _outputs(self.network, self.reading(epochs), which)])
            return np.asarray(self.goal.predictions(outputs).cpu().numpy(), np.float32)


def train_network(
    network: nn.Module,
    reading: Reading,
    epochs: Epochs,
    train: NDArray[np.int64],
    config: TrainConfig,
    seed: int,
    slow: Sequence[nn.Parameter] = (),
    part: int | None = None,
) -> NetworkPredictor:
    """Train a network in place, on the GPU if there is one, and set it to its best weights.

    Parameters
    ----------
    network : maps the tensors of `reading` to logits [batch, classes], or standardised values [batch, patches, outputs]
    slow : parameters that learn at `encoder_rate`
    part : number of epochs of a batch that one thread takes; None means the whole batch, for networks whose result
        for an epoch depends on the others

    Raises
    ------
    ModelError
        A loss is not finite, or there are too few epochs to hold some out.
    """
    generator = np.random.default_rng(seed)
    learn, check = (train[side] for side in inner_folds(epochs, train, round(1 / config.held_out), seed)[0])
    goal, read = goal_of(epochs, train), reading(epochs)
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    learned: list[float] = []
    held_out: list[float] = []
    best = copy.deepcopy(network.state_dict())
    with torch.random.fork_rng(), Workers() as workers:
        torch.manual_seed(seed)
        training = _Training(
            network=network,
            read=read,
            goal=goal,
            epochs=epochs,
            config=config,
            optimizer=_optimizer(network, config, slow),
            generator=generator,
            workers=workers,
            part=part or config.batch,
        )
        for number in range(training.passes(learn)):
            learned.append(training.learn(learn, number))
            held_out.append(training.held_out_loss(check))
            history = History(tuple(learned), tuple(held_out))
            if history.best == number:
                best = copy.deepcopy(network.state_dict())
            elif number - history.best >= config.patience:
                break
    network.load_state_dict(best)
    network.eval()
    return NetworkPredictor(network=network, reading=reading, goal=goal, history=history)


def _optimizer(network: nn.Module, config: TrainConfig, slow: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimiser; the entry `rate` of a group is its share of the learning rate."""
    apart = {id(parameter) for parameter in slow}
    fast = [parameter for parameter in network.parameters() if parameter.requires_grad and id(parameter) not in apart]
    return torch.optim.AdamW(
        [{"params": fast, "rate": 1.0}, {"params": list(slow), "rate": config.encoder_rate}],
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
    )


@dataclass(frozen=True, kw_only=True)
class _Training:
    """The objects that every pass of a training needs."""

    network: nn.Module
    read: Reader
    goal: Goal
    epochs: Epochs
    config: TrainConfig
    optimizer: torch.optim.Optimizer
    generator: np.random.Generator
    workers: Workers
    part: int

    def passes(self, which: NDArray[np.int64]) -> int:
        """Return the number of passes over the epochs `which`, at least one."""
        return max(1, min(self.config.passes, self.config.most_steps // self._steps(which)))

    def learn(self, which: NDArray[np.int64], number: int) -> float:
        """Do pass `number` over the epochs `which`; return the mean loss of its steps."""
        steps = self._steps(which)
        self.network.train()
        losses = [
            self._step(batch, number * steps + step, self.passes(which) * steps)
            for step, batch in enumerate(_batches(which, self.config.batch, self.generator))
        ]
        return float(np.mean(losses))

    def _steps(self, which: NDArray[np.int64]) -> int:
        return math.ceil(len(which) / self.config.batch)

    def _step(self, which: NDArray[np.int64], step: int, steps: int) -> float:
        """Do step `step` of `steps` with a batch; return its loss."""
        config = self.config
        for group in self.optimizer.param_groups:
            group["lr"] = config.learning_rate * group["rate"] * _schedule(step, steps, config)
        shift = self.generator.integers(-config.shift_ticks, config.shift_ticks + 1, len(which))
        cuts = range(0, len(which), self.part)
        parts = [self._loss_of(which[cut : cut + self.part], shift[cut : cut + self.part], len(which)) for cut in cuts]
        loss = self.workers.gradients(list(self.network.parameters()), parts)
        if not torch.isfinite(loss):
            raise ModelError(
                f"{self.epochs.task}: the loss of step {step} is {loss.item()}: "
                f"try a learning rate below {config.learning_rate:g}"
            )
        nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimizer.step()
        return loss.item()

    def _loss_of(self, which: NDArray[np.int64], shift: NDArray[np.int64], count: int) -> Loss:
        """Return the function that computes the share of some epochs in the mean loss of `count`."""

        def compute() -> tuple[Tensor, Tensor]:
            outputs = _output(self.network, self.read, which, shift if self.epochs.classes else None)
            loss = self.goal.loss(outputs, self.epochs.target[which]) * (len(which) / count)
            return loss, loss.detach()

        return compute

    def held_out_loss(self, which: NDArray[np.int64]) -> float:
        """Return the mean loss over epochs, without training."""
        self.network.eval()

        def compute(some: NDArray[np.int64]) -> float:
            with torch.no_grad():
                outputs = _output(self.network, self.read, some, None)
                return self.goal.loss(outputs, self.epochs.target[some]).item() * len(some)

        size = min(PREDICT_BATCH, self.part)
        return sum(self.workers.map(compute, [which[cut : cut + size] for cut in range(0, len(which), size)])) / len(
            which
        )


def _outputs(network: nn.Module, read: Reader, which: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Tensor]]:
    for begin in range(0, len(which), PREDICT_BATCH):
        some = which[begin : begin + PREDICT_BATCH]
        yield some, _output(network, read, some, None)


def _output(network: nn.Module, read: Reader, which: NDArray[np.int64], shift: NDArray[np.int64] | None) -> Tensor:
    out: Tensor = network(read(which, shift).to(next(network.parameters()).device))
    return out


def _batches(which: NDArray[np.int64], size: int, generator: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield all epochs once, in a random order."""
    order = generator.permutation(which)
    for begin in range(0, len(order), size):
        yield order[begin : begin + size]


def _schedule(step: int, steps: int, config: TrainConfig) -> float:
    """Return the factor on the learning rate: linear warm-up, then half a cosine down to zero; or always 1."""
    if config.constant_rate:
        return 1.0
    warmup = max(1, round(config.warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 + 0.5 * math.cos(math.pi * (step - warmup) / max(1, steps - warmup))
