"""Set-up of Lightning Fabric for a run: processors, number of processes, precision.

Fabric wraps a network and its optimiser. The types of these wrappers have no public name, although Fabric's public
methods take and return them; only this module names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.model_parallel import ModelParallelStrategy
from lightning_fabric.strategies.strategy import Strategy
from lightning_fabric.wrappers import _FabricModule, _FabricOptimizer
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard

from earloop.model.config import Machines, ModelError
from earloop.model.pretraining.objectives import PiMT

FabricModule = _FabricModule
FabricOptimizer = _FabricOptimizer


def launch(machines: Machines, batch: int, accumulate: int) -> Fabric:
    """Start the processes, or join those that `torchrun` has started.

    Raises
    ------
    ModelError
        The machine lacks the wanted processors, or the processes cannot share the batch equally.
    """
    processes = machines.devices * machines.nodes
    if batch % (processes * accumulate):
        raise ModelError(
            f"a batch of {batch} windows cannot be split over {processes} processes in {accumulate} parts: wanted a "
            f"multiple of {processes * accumulate}"
        )
    strategy: str | Strategy = machines.strategy
    if machines.strategy == "fsdp":
        strategy = ModelParallelStrategy(_shard, data_parallel_size=processes, tensor_parallel_size=1)
    try:
        fabric = Fabric(
            accelerator=machines.accelerator,
            devices=machines.devices,
            num_nodes=machines.nodes,
            strategy=strategy,
            precision=machines.precision,
        )
        fabric.launch()
    except (ValueError, RuntimeError, ImportError) as error:  # raised by Fabric for missing hardware or packages
        asked = ", ".join(f"{name} {value}" for name, value in asdict(machines).items())
        raise ModelError(f"{asked}: {' '.join(str(error).split())}") from None
    return fabric


def wrap_optimizer(fabric: Fabric, optimizer: torch.optim.Optimizer) -> FabricOptimizer:
    """Return an optimiser in Fabric's wrapper; its module must be wrapped before.

    Raises
    ------
    TypeError
        Fabric returns several optimisers.
    """
    wrapped = fabric.setup_optimizers(optimizer)
    if isinstance(wrapped, tuple):
        raise TypeError(f"Fabric returned {len(wrapped)} optimisers; wanted one")
    return wrapped


@contextmanager
def together(fabric: Fabric) -> Iterator[None]:
    """Raise ModelError where another process of the run ends, in place of what the connection to it says."""
    try:
        yield
    except RuntimeError as error:  # torch.distributed's, of a socket
        if fabric.world_size == 1 or "by peer" not in str(error):
            raise
        raise ModelError("another process of the run has ended; the last checkpoint is still valid") from None


def unwrap(network: FabricModule) -> PiMT:
    """Return the network without Fabric's wrapper.

    Raises
    ------
    TypeError
        The network is not a PiMT.
    """
    inner: nn.Module = network.module
    if not isinstance(inner, PiMT):
        raise TypeError(f"the network is a {type(inner).__name__}; wanted PiMT")
    return inner


def _shard(model: PiMT, mesh: DeviceMesh) -> PiMT:
    """Split the parameters of every layer, then all others, over the processes."""
    for block in model.encoder.blocks:
        fully_shard(block, mesh=mesh["data_parallel"])
    fully_shard(model, mesh=mesh["data_parallel"])
    return model
