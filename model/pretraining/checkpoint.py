"""Checkpoints: one safetensors file with the weights, the optimiser, and all that is needed to use or resume them.

Written to a neighbouring file, then renamed: a kill at any moment leaves the last whole one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.config import ModelConfig, ModelError, PretrainConfig


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint was made from.

    design_hash, channels, rate_hz : of the tokenizer whose tokens it learned from
    scale : float32 [bands], by which tokens are divided
    losses : mean loss of each step so far
    """

    design_hash: str
    channels: tuple[str, ...]
    rate_hz: float
    scale: NDArray[np.float32]
    model: ModelConfig
    training: PretrainConfig
    losses: tuple[float, ...]


def save_checkpoint(path: Path, info: CheckpointInfo, tensors: dict[str, Tensor]) -> None:
    """Write a checkpoint; `tensors` holds `model.*` and `optimizer.*`."""
    facts = asdict(info) | {"scale": info.scale.tolist()}
    partial = path.with_suffix(".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, partial, {"earloop": json.dumps(facts)})
    partial.replace(path)


def load_checkpoint(path: Path) -> tuple[CheckpointInfo, dict[str, Tensor]]:
    """Read a checkpoint.

    Raises
    ------
    ModelError
        Missing, damaged, or no checkpoint of this project.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: not a readable checkpoint ({error})") from None
    if "earloop" not in metadata:
        raise ModelError(f"{path}: a safetensors file, but no earloop checkpoint")
    facts = json.loads(metadata["earloop"])
    facts["model"] = ModelConfig(**facts["model"])
    facts["training"] = PretrainConfig(**facts["training"] | {"weights": tuple(facts["training"]["weights"])})
    facts["scale"] = np.array(facts["scale"], np.float32)
    facts["channels"], facts["losses"] = tuple(facts["channels"]), tuple(facts["losses"])
    return CheckpointInfo(**facts), tensors


def flatten_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimiser's per-parameter state as named tensors."""
    state = optimizer.state_dict()["state"]
    return {f"optimizer.{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `flatten_optimizer` gave."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            _, index, name = key.split(".", 2)
            state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
