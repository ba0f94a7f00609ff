"""Pretraining: the six objectives on windows of tokens, with warm-up, cosine decay, checkpoints and exact resume.

The batch and the masks of a step depend only on (seed, step), and each process takes its share of them. So a run that
was interrupted and resumed has the same losses as one that was not, and a run on more processes has them too, except
for the order of sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from earloop.model.config import PRESETS, Machines, Mixer, ModelConfig, ModelError, PretrainConfig
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, CheckpointInfo, load_checkpoint, save_checkpoint
from earloop.model.pretraining.curves import Curves
from earloop.model.pretraining.holdout import hold_out
from earloop.model.pretraining.masking import draw_mask
from earloop.model.pretraining.objectives import OBJECTIVES, PiMT
from earloop.model.pretraining.spreading import FabricModule, FabricOptimizer, launch, unwrap, wrap_optimizer
from earloop.model.pretraining.state import check_state, gather_state, scatter_state
from earloop.model.tensor_file import check_same
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.windows import Windows, cut_windows
from earloop.spec.design import Design
from earloop.system.whole import hold

LOGS_NAME = "logs"


def model_config(design: Design, preset: str = "tiny", *, mixer: Mixer = "mamba1", causal: bool = False) -> ModelConfig:
    """Return the configuration of a model for a design's tokens; raises ModelError for an unknown preset."""
    if preset not in PRESETS:
        raise ModelError(f"preset {preset!r} is not known; valid: {', '.join(PRESETS)}")
    size, tokens = PRESETS[preset], design.tokens
    return ModelConfig(
        channels=len(design.channels),
        bands=len(design.bands),
        patches=tokens.window_patches,
        patch=tokens.patch,
        d_model=size.d_model,
        layers=size.layers,
        order="time_first" if causal else "frequency_first",
        mixer=mixer,
        causal=causal,
    )


def pretrain(
    streams: tuple[TokenStream, ...],
    out: Path,
    config: PretrainConfig,
    model: ModelConfig,
    *,
    scale: NDArray[np.float32] | None = None,
    corpus: str = "",
    machines: Machines | None = None,
    resume: bool = False,
    overwrite: bool = False,
    advance: Callable[[float], bool] = lambda loss: True,
) -> CheckpointInfo:
    """Train on token streams; write `pretrained.safetensors` and the folder `logs`, for TensorBoard, into `out`.

    Parameters
    ----------
    streams : streams of one format; of several streams, some are held out for validation (`hold_out`)
    scale : float32 [bands], by which tokens are divided; None means that it is measured on the training streams
    corpus : `CorpusTokens.corpus_id` of the streams' corpus
    machines : the processors to use; None means one process
    resume : continue from the checkpoint in `out`, whose tokens, model and training must be the same
    overwrite : replace a checkpoint in `out`; without this or `resume` an existing checkpoint is an error
    advance : called in every process with each step's loss; the run stops if it returns False

    Returns
    -------
    The information of the last checkpoint, with the losses of all steps.

    Raises
    ------
    ModelError
        Tokens are too few or do not fit the model, a checkpoint does not fit or must not be replaced, a loss is not
        finite, the machine lacks the processors, or another process trains into `out`.
    """
    machines = Machines() if machines is None else machines
    if len(config.weights) != len(OBJECTIVES):
        raise ModelError(f"{len(config.weights)} weights are given: wanted {len(OBJECTIVES)}, one for each objective")
    draw_mask(model, 1, config.mask_ratio, torch.Generator(), config.mask_weights)  # raises before any file is written
    learned, held = hold_out(streams, config.validation_share)
    path = out / CHECKPOINT_NAME
    if path.exists() and not (resume or overwrite):
        raise ModelError(f"{path}: exists; --resume continues it, --overwrite replaces it; or choose another --out")
    resumed = load_checkpoint(path) if resume else None
    windows = cut_windows(learned, model, config.hop_ticks, scale if resumed is None else resumed[0].scale)
    info = CheckpointInfo(
        format=windows.streams[0].format,
        scale=windows.scale,
        model=model,
        training=config,
        held_out=tuple(s.name for s in held),
        corpus=corpus,
    )
    if resumed is not None:
        _check_resumed(path, resumed, info)
        info = resumed[0]

    fabric = launch(machines, config.batch, config.accumulate)
    torch.manual_seed(config.seed)
    network = fabric.setup_module(PiMT(model))
    optimizer = wrap_optimizer(fabric, torch.optim.AdamW(_groups(network, config), lr=config.learning_rate))
    run = _Run(
        fabric=fabric,
        network=network,
        optimizer=optimizer,
        config=config,
        windows=windows,
        held=_held_windows(held, model, windows.scale),
    )
    if resumed is not None:
        scatter_state(run.plain, run.plain_optimizer, resumed[1])
    with ExitStack() as stack:
        if fabric.is_global_zero:
            _hold(out, stack)
        curves = stack.enter_context(Curves(out / LOGS_NAME if fabric.is_global_zero else None, len(info.losses)))
        return _learn(run, info, path, machines, curves, advance)


def _check_resumed(path: Path, resumed: tuple[CheckpointInfo, dict[str, Tensor]], wanted: CheckpointInfo) -> None:
    """Raise ModelError where a checkpoint does not belong to the wanted run, or its tensors do not fit."""
    info, tensors = resumed
    for name in ("format", "corpus", "held_out", "model", "training"):
        check_same(path, name, getattr(info, name), getattr(wanted, name))
    check_state(path, lambda: PiMT(wanted.model), tensors)


def _learn(
    run: _Run,
    info: CheckpointInfo,
    path: Path,
    machines: Machines,
    curves: Curves,
    advance: Callable[[float], bool],
) -> CheckpointInfo:
    """Do the remaining steps, with validations and checkpoints; return the information of the last checkpoint."""
    config = run.config
    losses, validation = list(info.losses), list(info.validation)

    def validate() -> None:
        if run.held is not None:
            six = run.validate(run.held)
            validation.append((len(losses), _total(six, config)))
            curves.write("validation", len(losses), six, loss=validation[-1][1])

    if not losses and machines.validate_every < config.steps:
        validate()  # the untrained network is the first point of a curve with several points
    for step in range(len(losses), config.steps):
        six, norm = run.learn(step)
        loss = _total(six, config)
        curves.write("train", step, six, loss=loss, learning_rate=_rate(step, config), gradient_norm=norm)
        losses.append(loss)
        proceed, last = advance(loss), len(losses) == config.steps
        if len(losses) % machines.validate_every == 0 or last:
            validate()
        if len(losses) % machines.save_every == 0 or last or not proceed:
            info = replace(info, losses=tuple(losses), validation=tuple(validation))
            tensors = gather_state(run.plain, run.plain_optimizer)
            if run.fabric.is_global_zero:
                save_checkpoint(path, info, tensors)
        if not proceed:
            break
    return info


def _hold(out: Path, stack: ExitStack) -> None:
    """Lock a folder against other training processes until the stack is closed."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        stack.enter_context(hold(out))
    except OSError as error:
        raise ModelError(f"{out}: {error.strerror}") from None


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The objects that every step of a run needs."""

    fabric: Fabric
    network: FabricModule
    optimizer: FabricOptimizer
    config: PretrainConfig
    windows: Windows
    held: Windows | None

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
            group["lr"] = _rate(step, config)
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
        six = torch.as_tensor(fabric.all_reduce(six, reduce_op="mean")).cpu()
        norm = fabric.clip_gradients(self.network, self.optimizer, max_norm=config.clip_norm, error_if_nonfinite=False)
        size = _size(norm)
        if not math.isfinite(loss := _total(six, config)) or not math.isfinite(size):
            place = self.windows.not_finite(chosen.tolist())
            fault = place or f"the loss is {loss:g}, the norm of its gradient {size:g}; a lower learning rate may help"
            raise ModelError(f"step {step}: {fault}; the last checkpoint is still valid")
        self.optimizer.step()
        return six, size

    def validate(self, held: Windows) -> Tensor:
        """Return the six held-out losses, [6], always with the same masks; every process computes all of them."""
        config, device = self.config, self.fabric.device
        draw = torch.Generator().manual_seed(config.seed)
        chosen = torch.tensor(held.spread(config.validation_windows))
        masks = draw_mask(self.plain.config, len(chosen), config.mask_ratio, draw, config.mask_weights)
        six = torch.zeros(len(OBJECTIVES), device=device)
        with torch.no_grad():
            for part in torch.split(torch.arange(len(chosen)), config.batch):
                batch = held.batch(chosen[part].tolist()).to(device)
                six += self.network(batch, masks[part].to(device)) * len(part) / len(chosen)
        return six.cpu()


def _held_windows(held: tuple[TokenStream, ...], model: ModelConfig, scale: NDArray[np.float32]) -> Windows | None:
    """Return the contiguous windows of the held-out streams, or None if all streams are too short."""
    ticks = model.patches * model.patch
    long = tuple(stream for stream in held if len(stream) >= ticks)
    return cut_windows(long, model, ticks, scale) if long else None


def _groups(network: nn.Module, config: PretrainConfig) -> list[dict[str, object]]:
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


def _total(six: Tensor, config: PretrainConfig) -> float:
    return math.fsum(weight * loss for weight, loss in zip(config.weights, six.tolist(), strict=True))


def _rate(step: int, config: PretrainConfig) -> float:
    """Return the learning rate: linear warm-up, then half a cosine down to a tenth."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (0.55 + 0.45 * math.cos(math.pi * progress))
