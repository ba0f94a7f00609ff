"""Lightning Fabric, set up for a run: which processors, how many processes, which precision.

Fabric wraps a network and its optimiser, and gives the types of these wrappers no public name, although its public
methods return and want them: here alone they are named.
"""

from __future__ import annotations

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
        A machine that is not as wanted, or a batch that the processes cannot share alike.
    """
    processes = machines.devices * machines.nodes
    if batch % (processes * accumulate):
        raise ModelError(
            f"a batch of {batch} windows: {processes} processes that take it in {accumulate} parts want a multiple of "
            f"{processes * accumulate}"
        )
    strategy: str | Strategy = machines.strategy
    if machines.strategy == "fsdp":
        strategy = ModelParallelStrategy(_shard, data_parallel_size=processes, tensor_parallel_size=1)
    torch.set_num_threads(machines.threads)
    try:
        fabric = Fabric(
            accelerator=machines.accelerator,
            devices=machines.devices,
            num_nodes=machines.nodes,
            strategy=strategy,
            precision=machines.precision,
        )
        fabric.launch()
    except (ValueError, RuntimeError, ImportError) as error:  # Fabric's complaints of what is not there
        raise ModelError(f"{machines}: {' '.join(str(error).split())}") from None
    return fabric


def wrap_optimizer(fabric: Fabric, optimizer: torch.optim.Optimizer) -> FabricOptimizer:
    """One optimiser, as Fabric steps it; the module that it is for is wrapped before.

    Raises
    ------
    TypeError
        Fabric gives several in its place.
    """
    wrapped = fabric.setup_optimizers(optimizer)
    if isinstance(wrapped, tuple):
        raise TypeError(f"Fabric made {len(wrapped)} optimisers of one")
    return wrapped


def unwrap(network: FabricModule) -> PiMT:
    """The network without what Fabric put around it.

    Raises
    ------
    TypeError
        It is no PiMT.
    """
    inner: nn.Module = network.module
    if not isinstance(inner, PiMT):
        raise TypeError(f"the network is a {type(inner).__name__}; wanted PiMT")
    return inner


def _shard(model: PiMT, mesh: DeviceMesh) -> PiMT:
    """Split every layer's parameters, and what is left, over the processes."""
    for block in model.encoder.blocks:
        fully_shard(block, mesh=mesh["data_parallel"])
    fully_shard(model, mesh=mesh["data_parallel"])
    return model
