"""The weights and the optimiser of a run as named tensors, whole, however they are spread over processes.

PyTorch's own functions gather and scatter them; every process must call these together.
"""

from __future__ import annotations

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

_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)


def gather_state(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """`model.<name>` and `optimizer.<name of parameter>.<name of state>`, on the CPU of the first process."""
    weights: Any = get_model_state_dict(model, options=_WHOLE)
    kept: Any = get_optimizer_state_dict(model, optimizer, options=_WHOLE).get("state", {})  # not in every process
    return {f"model.{name}": tensor for name, tensor in weights.items()} | {
        f"optimizer.{name}.{what}": tensor for name, entry in kept.items() for what, tensor in entry.items()
    }


def scatter_state(model: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `gather_state` gave; every process has read the same `tensors`."""
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
