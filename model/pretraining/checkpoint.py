"""Checkpoints: one safetensors file with the weights, the optimiser, and all that a use or a resume needs.

In one file weights and optimiser always belong to the same step. `load_encoder` reads the encoder alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.config import ModelConfig, ModelError, PretrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.tensor_file import TensorHeader, check_format, check_sizes, load_weights, read_tensors, write_tensors
from earloop.model.tokens.token_stream import TokenFormat

CHECKPOINT_NAME = "pretrained.safetensors"
VERSION = 1
_ENCODER = "model.encoder."
_LOSSES = "losses"


@dataclass(frozen=True, kw_only=True)
class CheckpointInfo:
    """The data, model and settings of a checkpoint.

    format : format of the tokens that it learned from
    scale : float32 [bands], by which tokens are divided
    losses : mean loss of each step so far
    validation : (steps done, held-out loss), from 0 steps on
    held_out : names of the streams that it never learned from
    corpus : `CorpusTokens.corpus_id` of the corpus; empty for single recordings
    """

    format: TokenFormat
    scale: NDArray[np.float32]
    model: ModelConfig
    training: PretrainConfig
    losses: tuple[float, ...] = ()
    validation: tuple[tuple[int, float], ...] = ()
    held_out: tuple[str, ...] = ()
    corpus: str = ""


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
    """Read a checkpoint, and those of its tensors whose names begin with `prefix`.

    Raises
    ------
    ModelError
        The file is missing, damaged, of another version, or not a checkpoint of this project.
    """
    header, tensors = read_tensors(path, "checkpoint", VERSION, _CheckpointHeader, (_LOSSES, prefix))
    losses = tensors.pop(_LOSSES, None)
    if losses is None or losses.ndim != 1 or losses.dtype != torch.float64:
        raise ModelError(f"{path}: a checkpoint without its losses; wanted a tensor {_LOSSES} of float64 [steps]")
    with np.errstate(over="ignore"):  # a value beyond float32 becomes infinite and is refused below
        scale = np.array(header.scale, np.float32)
    facts = dict(header) | {"scale": scale, "losses": tuple(losses.tolist())}
    info = CheckpointInfo(**{field.name: facts[field.name] for field in fields(CheckpointInfo)})
    check_sizes(path, info.format, info.model)
    if info.scale.shape != (info.model.bands,) or not (np.isfinite(info.scale).all() and (info.scale > 0).all()):
        raise ModelError(f"{path}: its scale is {header.scale}; wanted {info.model.bands} positive numbers")
    return info, tensors


def load_encoder(path: Path, format: TokenFormat | None = None) -> tuple[Encoder, CheckpointInfo]:
    """Return the pretrained encoder and the information of its checkpoint.

    Parameters
    ----------
    format : the format that the encoder must take; None accepts any

    Raises
    ------
    ModelError
        As in `load_checkpoint`, or the encoder learned from tokens of another rate, patch, channels, bands or design.
    """
    info, tensors = load_checkpoint(path, _ENCODER)
    if format is not None:
        check_format(path, info.format, format)
    weights = {name.removeprefix(_ENCODER): tensor for name, tensor in tensors.items()}
    return load_weights(path, lambda: Encoder(info.model), weights), info


class _CheckpointHeader(TensorHeader):
    """The fields of a `CheckpointInfo`, except the losses, as a file has them."""

    format: TokenFormat
    scale: tuple[float, ...]
    model: ModelConfig
    training: PretrainConfig
    validation: tuple[tuple[int, float], ...]
    held_out: tuple[str, ...]
    corpus: str
