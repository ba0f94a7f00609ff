"""Checkpoints: one safetensors file with the weights, the optimiser, and all that is needed to use or resume them.

One file, written beside its place and then renamed into it: a kill at any moment leaves the last whole one, and weights
and optimiser can never be of different steps, as two files could. Who wants the encoder alone reads it alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.config import ModelConfig, ModelError, PretrainConfig
from model.network.encoder import Encoder
from model.tokens.token_stream import TokenFormat

CHECKPOINT_NAME = "pretrained.safetensors"
VERSION = 1
_ENCODER = "model.encoder."


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint was made from.

    format : of the tokens that it learned from
    scale : float32 [bands], by which tokens are divided
    losses : mean loss of each step so far
    validation : (steps done, loss on what was held out)
    held_out : names of the streams that it never learned from
    corpus : what names the corpus; empty for single recordings
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
        The disk is full, or the folder cannot be written; what was there before is whole.
    """
    facts = {"version": VERSION} | asdict(info) | {"scale": info.scale.tolist()}
    del facts["losses"]  # of a long run too many for a header
    arrays = tensors | {"losses": torch.tensor(info.losses, dtype=torch.float64)}
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(
            {k: v.detach().cpu().contiguous() for k, v in arrays.items()}, partial, {"earloop": json.dumps(facts)}
        )
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: cannot be written ({error})") from None


def load_checkpoint(path: Path, prefix: str = "") -> tuple[CheckpointInfo, dict[str, Tensor]]:
    """Read a checkpoint, of its tensors only those whose name begins with `prefix`.

    Raises
    ------
    ModelError
        Missing, damaged, of another version, or no checkpoint of this project.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118 (not a dict)
            tensors = {name: file.get_tensor(name) for name in names if name != "losses"}
            losses = file.get_tensor("losses") if "earloop" in metadata else None
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: not a readable checkpoint ({error})") from None
    if losses is None:
        raise ModelError(f"{path}: a safetensors file, but no earloop checkpoint")
    facts = json.loads(metadata["earloop"])
    if facts.pop("version", None) != VERSION:
        raise ModelError(
            f"{path}: a checkpoint of another version; this program reads version {VERSION}, pretrain anew"
        )
    info = CheckpointInfo(
        format=TokenFormat.from_facts(facts["format"]),
        scale=np.array(facts["scale"], np.float32),
        model=ModelConfig(**facts["model"]),
        training=PretrainConfig(**_with_tuples(facts["training"])),
        losses=tuple(losses.tolist()),
        validation=tuple((int(step), float(loss)) for step, loss in facts["validation"]),
        held_out=tuple(facts["held_out"]),
        corpus=facts["corpus"],
    )
    return info, tensors


def load_encoder(path: Path, format: TokenFormat | None = None) -> tuple[Encoder, CheckpointInfo]:
    """The pretrained encoder, and what it was made from.

    Parameters
    ----------
    format : of the tokens that it shall take; None takes the checkpoint's word for it

    Raises
    ------
    ModelError
        As `load_checkpoint`; or it learned from tokens of another rate, patch, channels, bands or design.
    """
    info, tensors = load_checkpoint(path, _ENCODER)
    if format is not None:
        for name in ("rate_hz", "patch", "channels", "bands", "design_hash"):
            check_same(path, name, getattr(info.format, name), getattr(format, name))
    encoder = Encoder(info.model)
    encoder.load_state_dict({name.removeprefix(_ENCODER): tensor for name, tensor in tensors.items()})
    return encoder, info


def check_same(path: Path, name: str, found: object, wanted: object) -> None:
    """Refuse a checkpoint that differs from what is wanted of it in something that has a name."""
    if found != wanted:
        raise ModelError(f"{path}: its {name} is {found}, wanted {wanted}")


def _with_tuples(facts: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
