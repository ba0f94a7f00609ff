"""The encoder with a head, and encoders for a task: fresh, or pretrained and cut to the task's epochs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earloop.model.config import PRESETS, ModelConfig, ModelError
from earloop.model.finetuning.head import Head
from earloop.model.network.encoder import Encoder
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True)
class Pretrained:
    """An encoder and the scale of its input.

    scale : float32 [bands], by which tokens are divided, in token steps
    """

    encoder: Encoder
    scale: NDArray[np.float32]


class TaskNetwork(nn.Module):
    """Divides tokens by their scale, encodes them and applies a head."""

    scale: Tensor

    def __init__(self, encoder: Encoder, head: Head, scale: NDArray[np.float32]) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.register_buffer("scale", torch.tensor(scale)[:, None, None, None])

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens in token steps, [batch, bands, channels, patches, patch], to the head's logits or values."""
        out: Tensor = self.head(self.encoder(tokens / self.scale))
        return out


def fresh(epochs: Epochs, train: NDArray[np.int64], preset: str) -> Pretrained:
    """Return an untrained encoder, drawn from torch's random state, and a scale from the training epochs.

    The scale of a band is the median root mean square over training epochs and channels.

    Raises
    ------
    ModelError
        The preset is unknown.
    """
    if preset not in PRESETS:
        raise ModelError(f"preset {preset!r} is not known; valid: {', '.join(PRESETS)}")
    size, form = PRESETS[preset], epochs.format
    config = ModelConfig(
        channels=len(form.channels),
        bands=len(form.bands),
        patches=epochs.patches,
        patch=form.patch,
        d_model=size.d_model,
        layers=size.layers,
    )
    power = np.square(epochs.tokens(train), dtype=np.float64).mean(axis=(3, 4))
    usual = np.sqrt(np.median(power, axis=(0, 2)))  # the median ignores a few loud epochs
    return Pretrained(Encoder(config), np.maximum(usual, 1.0).astype(np.float32))  # at least one token step


def cut_to(pretrained: Pretrained, epochs: Epochs) -> Pretrained:
    """Return a copy of an encoder for a task's epochs, which may be shorter than the windows of its pretraining.

    Raises
    ------
    ModelError
        The epochs have other bands, channels or patch length than the encoder learned from, or are longer.
    """
    config, form = pretrained.encoder.config, epochs.format
    for what, found, wanted in (
        ("channels", len(form.channels), config.channels),
        ("bands", len(form.bands), config.bands),
        ("samples a patch", form.patch, config.patch),
    ):
        if found != wanted:
            raise ModelError(f"{epochs.task}: {found} {what}: the encoder learned from {wanted}")
    if epochs.patches > config.patches:
        raise ModelError(
            f"{epochs.task}: epochs of {epochs.patches} patches: the encoder learned from {config.patches}; "
            "cut shorter epochs"
        )
    encoder = Encoder(replace(config, patches=epochs.patches))
    weights = pretrained.encoder.state_dict()
    if "time_embedding" in weights:
        weights["time_embedding"] = weights["time_embedding"][: epochs.patches]
    encoder.load_state_dict(weights)
    return Pretrained(encoder, pretrained.scale)
