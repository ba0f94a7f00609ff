"""Checkpoints: one safetensors file with the weights, the optimiser, and all that a use or a resume needs.

In one file weights and optimiser always belong to the same step. `load_encoder` reads the encoder alone. The best
checkpoint of a run that may stop early is a file of the same kind without the optimiser, so that no run can be resumed
from it. Wherever a checkpoint is read, the folder that `earloop pretrain` wrote stands for the checkpoint in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.config import ModelConfig, ModelError, PretrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.tensor_file import (
    TensorHeader,
    check_design,
    check_format,
    check_sizes,
    load_weights,
    read_tensors,
    write_tensors,
)
from earloop.model.tokens.token_stream import TokenFormat

CHECKPOINT_NAME, BEST_NAME = "pretrained.safetensors", "best.safetensors"
VERSION, READABLE = 2, (1, 2)  # version 1 lacks the design, the recordings, the origin and the scores
_ENCODER = "model.encoder."
_LOSSES = "losses"


@dataclass(frozen=True)
class Origin:
    """The checkpoint with whose weights a run began.

    path : its path, as it was given
    weights : the first 12 digits of `weights_hash`
    steps : steps that it had learned
    """

    path: str
    weights: str
    steps: int


@dataclass(frozen=True, kw_only=True)
class CheckpointInfo:
    """The data, model and settings of a checkpoint.

    format : format of the tokens that it learned from
    scale : float32 [bands], by which tokens are divided
    losses : mean loss of each step so far
    validation : (steps done, held-out loss), from 0 steps on
    scores : (steps done, name, score) of each evaluation during training, from 0 steps on
    held_out : names of the streams that it never learned from
    learned : names of the streams that it learned from, with their ticks; empty in files of version 1
    corpus : `CorpusTokens.corpus_id` of the corpus; empty for single recordings
    origin : checkpoint with whose weights it began; None for random weights
    """

    format: TokenFormat
    scale: NDArray[np.float32]
    model: ModelConfig
    training: PretrainConfig
    losses: tuple[float, ...] = ()
    validation: tuple[tuple[int, float], ...] = ()
    scores: tuple[tuple[int, str, float], ...] = ()
    held_out: tuple[str, ...] = ()
    learned: tuple[tuple[str, int], ...] = ()
    corpus: str = ""
    origin: Origin | None = None

    @property
    def best(self) -> tuple[int, float]:
        """The smallest held-out loss, as (steps done, loss); the earliest of equal ones."""
        return min(self.validation, key=lambda point: (point[1], point[0]))

    @property
    def waited(self) -> int:
        """The number of validations since the best."""
        return sum(steps > self.best[0] for steps, _ in self.validation) if self.validation else 0

    @property
    def out_of_patience(self) -> bool:
        """Whether the run stops early: it has waited for a smaller held-out loss as long as its patience."""
        return 0 < self.training.patience <= self.waited


def checkpoint_file(path: Path) -> Path:
    """Return the checkpoint that a path means: the file itself, or the one in the folder of a pretraining."""
    return path / CHECKPOINT_NAME if path.is_dir() else path


def weights_hash(tensors: Mapping[str, Tensor]) -> str:
    """Return the SHA-256, in hex, of the weights among a checkpoint's tensors, with their names and shapes."""
    total = hashlib.sha256()
    for name in sorted(name for name in tensors if name.startswith("model.")):
        tensor = tensors[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode() + tensor.numpy().tobytes())
    return total.hexdigest()


def save_checkpoint(path: Path, info: CheckpointInfo, tensors: dict[str, Tensor]) -> None:
    """Write a checkpoint; `tensors` holds `model.*` and `optimizer.*`.

    Raises
    ------
    ModelError
        The disk is full, or the folder cannot be written; a previous checkpoint is still intact.
    """
    facts = asdict(info) | {"scale": info.scale.tolist()}
    del facts["losses"]  # a long run has too many for a header
    losses = torch.tensor(info.losses, dtype=torch.float64)
    write_tensors(path, "checkpoint", VERSION, facts, tensors | {_LOSSES: losses})


def load_checkpoint(path: Path, prefix: str = "") -> tuple[CheckpointInfo, dict[str, Tensor]]:
    """Read a checkpoint, which a file or its folder names, and those of its tensors whose names begin with `prefix`.

    Raises
    ------
    ModelError
        The file is missing, damaged, of another version, or not a checkpoint of this project.
    """
    path = checkpoint_file(path)
    header, tensors = read_tensors(path, "checkpoint", READABLE, _CheckpointHeader, (_LOSSES, prefix))
    losses = tensors.pop(_LOSSES, None)
    if losses is None or losses.ndim != 1 or losses.dtype != torch.float64:
        raise ModelError(f"{path}: a checkpoint without its losses; wanted a tensor {_LOSSES} of float64 [steps]")
    with np.errstate(over="ignore"):  # a value beyond float32 becomes infinite and is refused below
        scale = np.array(header.scale, np.float32)
    facts = dict(header) | {"scale": scale, "losses": tuple(losses.tolist())}
    info = CheckpointInfo(**{field.name: facts[field.name] for field in fields(CheckpointInfo)})
    check_sizes(path, info.format, info.model)
    check_design(path, info.format)
    if info.scale.shape != (info.model.bands,) or not (np.isfinite(info.scale).all() and (info.scale > 0).all()):
        raise ModelError(f"{path}: its scale is {header.scale}; wanted {info.model.bands} positive numbers")
    return info, tensors


def load_info(path: Path) -> CheckpointInfo:
    """Read the information of a checkpoint alone; raises ModelError as `load_checkpoint` does."""
    return load_checkpoint(path, _LOSSES)[0]


def load_encoder(path: Path, format: TokenFormat | None = None) -> tuple[Encoder, CheckpointInfo]:
    """Return the pretrained encoder and the information of its checkpoint.

    Parameters
    ----------
    format : the format that the encoder must take; None accepts any

    Raises
    ------
    ModelError
        As in `load_checkpoint`.
    MisfitError
        The encoder learned from tokens of another rate, patch, channels, bands or design.
    """
    path = checkpoint_file(path)
    info, tensors = load_checkpoint(path, _ENCODER)
    if format is not None:
        check_format(path, "checkpoint", info.format, format)
    return load_weights(path, lambda: Encoder(info.model), _of_encoder(tensors)), info


def encoder_in(model: ModelConfig, tensors: Mapping[str, Tensor]) -> Encoder:
    """Return the encoder whose weights are among `model.*` tensors, on the CPU; the random state stays as it is."""
    with torch.random.fork_rng():
        encoder = Encoder(model)
    encoder.load_state_dict(_of_encoder(tensors))
    return encoder.eval()


def _of_encoder(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(_ENCODER): tensor for name, tensor in tensors.items() if name.startswith(_ENCODER)}


class _CheckpointHeader(TensorHeader):
    """The fields of a `CheckpointInfo`, except the losses, as a file has them."""

    format: TokenFormat
    scale: tuple[float, ...]
    model: ModelConfig
    training: PretrainConfig
    validation: tuple[tuple[int, float], ...]
    scores: tuple[tuple[int, str, float], ...] = ()
    held_out: tuple[str, ...]
    learned: tuple[tuple[str, int], ...] = ()
    corpus: str
    origin: Origin | None = None
