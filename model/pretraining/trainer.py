"""Pretraining: the six objectives on windows of tokens, with warm-up, cosine decay, checkpoint and exact resume.

Batches and masks of a step are drawn from (seed, step) alone: a run that was interrupted and resumed goes through the
same losses as one that was not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.config import PRESETS, ModelConfig, ModelError, PretrainConfig
from model.pretraining.checkpoint import (
    CheckpointInfo,
    flatten_optimizer,
    load_checkpoint,
    restore_optimizer,
    save_checkpoint,
)
from model.pretraining.masking import draw_mask
from model.pretraining.objectives import OBJECTIVES, PiMT
from model.tokens.windows import cut_windows
from spec.design import Design

CHECKPOINT_NAME = "pretrained.safetensors"
_SAVE_EVERY = 50  # steps between checkpoints


def model_config(design: Design, preset: str = "tiny") -> ModelConfig:
    """The model that fits a design's tokens."""
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
    )


def pretrain(
    design: Design,
    streams: list[NDArray[np.int16]],
    out: Path,
    config: PretrainConfig,
    *,
    preset: str = "tiny",
    resume: bool = False,
    advance: Callable[[float], bool] = lambda loss: True,
) -> CheckpointInfo:
    """Train on token streams and leave `pretrained.safetensors` in `out`.

    Parameters
    ----------
    streams : int16, each [patches, channels, bands, patch]
    resume : go on from the checkpoint in `out`, whose design, model and training must be the same
    advance : called with each step's loss; stops the run when it returns False

    Returns
    -------
    What stands in the last checkpoint, the losses of all steps among it.

    Raises
    ------
    ModelError
        Tokens too short or of another shape, a checkpoint that does not fit, a loss that is not finite.
    """
    if len(config.weights) != len(OBJECTIVES):
        raise ModelError(f"{len(config.weights)} weights for {len(OBJECTIVES)} objectives")
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    sizes = model_config(design, preset)
    windows = cut_windows(streams, sizes, config.hop_patches)
    info = CheckpointInfo(
        design.design_hash, design.channels, design.token_rate_hz, windows.scale, sizes, config, losses=()
    )
    model = PiMT(sizes)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    path = out / CHECKPOINT_NAME
    if resume:
        info = _resume(path, info, model, optimizer)
        windows = replace(windows, scale=info.scale)

    weights = torch.tensor(config.weights, device=device)
    losses = list(info.losses)
    for step in range(len(losses), config.steps):
        draw = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
        chosen = torch.randint(len(windows), (config.batch,), generator=draw).tolist()
        mask = draw_mask(sizes, config.batch, config.mask_ratio, draw)
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * _schedule(step, config)
        optimizer.zero_grad()
        loss = (weights * model.losses(windows.batch(chosen).to(device), mask.to(device))).sum()
        if not torch.isfinite(loss):
            raise ModelError(f"step {step}: the loss is {loss.item()}; the last good checkpoint is {path}")
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        optimizer.step()
        losses.append(loss.item())
        proceed = advance(loss.item())
        if len(losses) % _SAVE_EVERY == 0 or len(losses) == config.steps or not proceed:
            info = replace(info, losses=tuple(losses))
            weights_by_name = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
            save_checkpoint(path, info, weights_by_name | flatten_optimizer(optimizer))
        if not proceed:
            break
    return info


def _schedule(step: int, config: PretrainConfig) -> float:
    """Factor on the learning rate: linear warm-up, then half a cosine down to a tenth."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return 0.55 + 0.45 * math.cos(math.pi * progress)


def _resume(path: Path, fresh: CheckpointInfo, model: PiMT, optimizer: torch.optim.Optimizer) -> CheckpointInfo:
    """Load weights and optimiser from `path`, refusing what was made for something else."""
    info, tensors = load_checkpoint(path)
    for name in ("design_hash", "channels", "rate_hz", "model", "training"):
        found, wanted = getattr(info, name), getattr(fresh, name)
        if found != wanted:
            raise ModelError(f"{path}: its {name} is {found}, this run's is {wanted}")
    model.load_state_dict({k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")})
    restore_optimizer(optimizer, tensors)
    return info
