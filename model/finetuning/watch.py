"""The evaluation of an encoder during its pretraining: the linear probe of a task on one fixed split."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import MisfitError, ModelConfig, ModelError
from earloop.model.finetuning.frozen import FrozenProbe
from earloop.model.finetuning.network import Pretrained
from earloop.model.network.encoder import Encoder
from earloop.model.protocol.metrics import metrics_for
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split, subject_folds, within_session
from earloop.model.tokens.token_stream import TokenFormat

SEED = 1  # of the inner folds that choose the regularisation: every evaluation uses the same


def linear_probe(
    epochs: Epochs, format: TokenFormat, model: ModelConfig
) -> Callable[[Encoder, NDArray[np.float32]], Mapping[str, float]]:
    """Return a function that scores an encoder, whose tokens are divided by a scale [bands], on a task.

    The score is the task's first metric, under its name. The split is the first of `probe_split`.

    Parameters
    ----------
    format, model : format of the tokens, and shape of the model, that the encoder will have

    Raises
    ------
    MisfitError
        The task has tokens of another format.
    ModelError
        The task's epochs are longer than the model's windows, or cannot be split.
    """
    if difference := epochs.format.difference(format, source=False):
        raise MisfitError(f"probe {epochs.task}: its {difference}", "task")
    if epochs.patches > model.patches:
        raise ModelError(
            f"probe {epochs.task}: its epochs have {epochs.patches} patches, but the model's windows {model.patches}; "
            "choose a task of shorter epochs"
        )
    split, metric = probe_split(epochs), metrics_for(epochs)[0]

    def score(encoder: Encoder, scale: NDArray[np.float32]) -> Mapping[str, float]:
        predictor = FrozenProbe(Pretrained(encoder, scale)).fit(epochs, split.train, SEED)
        return {metric.name: metric.compute(epochs.target[split.test], predictor.predict(epochs, split.test))}

    return score


def probe_split(epochs: Epochs) -> Split:
    """Return a fixed split: people against other people; of one person, the last block of time against the others."""
    return subject_folds(epochs)[0] if len(np.unique(epochs.subject)) > 1 else within_session(epochs)[-1]
