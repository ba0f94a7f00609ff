"""The steps of a run: what each process computes in a training step, in a validation, and when all of them stop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from earloop.model.config import ModelError, PretrainConfig
from earloop.model.network.workers import Loss, Workers
from earloop.model.pretraining.masking import draw_mask
from earloop.model.pretraining.objectives import OBJECTIVES, PiMT
from earloop.model.pretraining.schedule import rate_of
from earloop.model.pretraining.spreading import FabricModule, FabricOptimizer, unwrap
from earloop.model.tokens.windows import Windows

PART_WINDOWS = 2  # of a batch, for one thread: their intermediate results fit the second-level cache


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """The objects that every step of a run needs.

    workers : threads that share a batch, where there is one process on the CPU
    """

    fabric: Fabric
    network: FabricModule
    optimizer: FabricOptimizer
    config: PretrainConfig
    windows: Windows
    held: Windows | None
    workers: Workers

    @property
    def plain(self) -> PiMT:
        """The network without Fabric's wrapper."""
        return unwrap(self.network)

    @property
    def plain_optimizer(self) -> torch.optim.Optimizer:
        """The optimiser without Fabric's wrapper."""
        inner: torch.optim.Optimizer = self.optimizer.optimizer
        return inner

    def learn(self, step: int) -> tuple[Tensor, float]:
        """Do one step; return the six losses of the whole batch, and the norm of the gradient before clipping."""
        config, fabric = self.config, self.fabric
        draw = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
        chosen = torch.randint(len(self.windows), (config.batch,), generator=draw)
        masks = draw_mask(self.plain.config, config.batch, config.mask_ratio, draw, config.mask_weights)
        for group in self.optimizer.param_groups:
            group["lr"] = rate_of(step, config)
        alone = fabric.world_size == 1 and fabric.device.type == "cpu"
        six = (self._gradients_by_threads if alone else self._gradients_by_processes)(chosen, masks)
        norm = fabric.clip_gradients(self.network, self.optimizer, max_norm=config.clip_norm, error_if_nonfinite=False)
        size = _size(norm)
        if not math.isfinite(loss := total(six, config)) or not math.isfinite(size):
            place = self.windows.not_finite(chosen.tolist())
            fault = place or f"the loss is {loss:g}, the norm of its gradient {size:g}; a lower learning rate may help"
            raise ModelError(f"step {step}: {fault}; the last checkpoint is still valid")
        self.optimizer.step()
        return six, size

    def _gradients_by_threads(self, chosen: Tensor, masks: Tensor) -> Tensor:
        """Set the gradient of a batch, and return its six losses."""
        batch = self.config.batch
        weights = torch.tensor(self.config.weights)

        def loss_of(part: Tensor) -> Loss:
            def compute() -> tuple[Tensor, Tensor]:
                with self.fabric.autocast():
                    losses: Tensor = self.plain(self.windows.batch(chosen[part].tolist()), masks[part])
                losses = losses * (len(part) / batch)
                return (weights * losses).sum(), losses.detach()

            return compute

        size = min(PART_WINDOWS, batch // self.config.accumulate)
        parts = [loss_of(part) for part in torch.split(torch.arange(batch), size)]
        return self.workers.gradients(list(self.plain.parameters()), parts)

    def _gradients_by_processes(self, chosen: Tensor, masks: Tensor) -> Tensor:
        """Do the same with all processes, or on another device: each takes its share of the batch."""
        config, fabric = self.config, self.fabric
        self.optimizer.zero_grad()
        own_part = torch.arange(config.batch).chunk(fabric.world_size)[fabric.global_rank]
        weights = torch.tensor(config.weights, device=fabric.device)
        six = torch.zeros(len(OBJECTIVES), device=fabric.device)
        for number, part in enumerate(own_part.chunk(config.accumulate), start=1):
            with fabric.no_backward_sync(self.network, enabled=number < config.accumulate):
                batch = self.windows.batch(chosen[part].tolist())
                losses = self.network(batch.to(fabric.device), masks[part].to(fabric.device))
                fabric.backward((weights * losses).sum() / config.accumulate)
            six += losses.detach() / config.accumulate
        return torch.as_tensor(fabric.all_reduce(six, reduce_op="mean")).cpu()

    def validate(self, held: Windows) -> Tensor:
        """Return the six held-out losses, [6], always with the same masks; every process computes all of them."""
        config, device = self.config, self.fabric.device
        draw = torch.Generator().manual_seed(config.seed)
        chosen = torch.tensor(held.spread(config.validation_windows))
        masks = draw_mask(self.plain.config, len(chosen), config.mask_ratio, draw, config.mask_weights)

        def losses_of(part: Tensor) -> Tensor:
            with torch.no_grad():
                batch = held.batch(chosen[part].tolist()).to(device)
                losses: Tensor = self.network(batch, masks[part].to(device)) * len(part) / len(chosen)
                return losses

        parts = torch.split(torch.arange(len(chosen)), config.batch)
        return torch.stack(list(self.workers.map(losses_of, parts))).sum(0).cpu()

    def any(self, stops: bool) -> bool:
        """Return whether any process stops: all of them must then stop after the same step."""
        if self.fabric.world_size == 1:
            return stops
        count = self.fabric.all_reduce(torch.tensor(float(stops), device=self.fabric.device), reduce_op="sum")
        return bool(torch.as_tensor(count) > 0)


def parameter_groups(network: nn.Module, config: PretrainConfig) -> list[dict[str, object]]:
    """Return the parameters with and those without weight decay.

    Weight decay is for the matrices of linear maps, not for biases, norms, decays, step sizes and position embeddings.
    """
    matrices = {
        id(weight)
        for module in network.modules()
        for weight in (
            getattr(module, "in_proj_weight", None),
            module.weight if isinstance(module, nn.Linear) else None,
        )
        if weight is not None
    }
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if id(p) in matrices], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if id(p) not in matrices], "weight_decay": 0.0},
    ]


def _size(norm: Tensor | None) -> float:
    """Return a norm as a number; the norm of sharded gradients is spread over the processes.

    NaN stands for None, which Fabric returns where it clips by value.
    """
    if norm is None:
        return math.nan
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)


def total(six: Tensor, config: PretrainConfig) -> float:
    """Return the loss: the weighted sum of the six losses."""
    return math.fsum(weight * loss for weight, loss in zip(config.weights, six.tolist(), strict=True))
