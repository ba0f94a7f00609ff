"""The weights and the optimiser of a run as complete named tensors, also where processes have only parts of them.

PyTorch's functions gather and scatter the parts; all processes must call these functions together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)

from earloop.model.config import ModelError
from earloop.model.tensor_file import check_weights

_OF_ADAM = ("step", "exp_avg", "exp_avg_sq")
_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)


def gather_state(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return `model.<name>` and `optimizer.<name of parameter>.<name of state>`, on the CPU of the first process.

    The optimiser must have done a step: PyTorch would do one to ask for its state.
    """
    moments: Any = get_optimizer_state_dict(model, optimizer, options=_WHOLE).get("state", {})  # not in every process
    return gather_weights(model) | {
        f"optimizer.{name}.{what}": tensor for name, entry in moments.items() for what, tensor in entry.items()
    }


def gather_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return `model.<name>`, on the CPU of the first process."""
    weights: Any = get_model_state_dict(model, options=_WHOLE)
    return {f"model.{name}": tensor for name, tensor in weights.items()}


def check_state(path: Path, make: Callable[[], nn.Module], tensors: Mapping[str, Tensor]) -> None:
    """Check that a checkpoint's tensors are those that `gather_state` returns for the model of `make`.

    Raises
    ------
    ModelError
        A weight is missing or does not fit, or the optimiser's state of a weight does not fit.
    """
    weights = {name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")}
    check_weights(path, make, weights)
    for key, tensor in tensors.items():
        name, _, what = key.removeprefix("optimizer.").rpartition(".")
        if key.startswith("optimizer.") and (
            name not in weights or what not in _OF_ADAM or tensor.shape not in ((), weights[name].shape)
        ):
            raise ModelError(f"{path}: its tensor {key} {list(tensor.shape)} belongs to no weight of the model")


def scatter_state(model: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Load what `gather_state` returned; all processes must pass the same `tensors`."""
    weights: dict[str, Any] = {
        name.removeprefix("model."): tensor for name, tensor in tensors.items() if name.startswith("model.")
    }
    set_model_state_dict(model, weights, options=StateDictOptions(full_state_dict=True))
    fresh = get_optimizer_state_dict(model, optimizer)
    state: dict[str, Any] = {}
    for key, tensor in tensors.items():
        if key.startswith("optimizer."):
            name, _, what = key.removeprefix("optimizer.").rpartition(".")
            state.setdefault(name, {})[what] = tensor
    whole: dict[str, Any] = {"state": state, "param_groups": fresh["param_groups"]}
    set_optimizer_state_dict(model, optimizer, whole, options=StateDictOptions(full_state_dict=True))
