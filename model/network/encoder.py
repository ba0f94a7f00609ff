"""The PiMT encoder: patches of every band and channel, one shared linear embedding, a mixer over all tokens.

A causal encoder can also take its tokens one by one, as they arrive: every channel and band of a patch time, then those
of the next. Its state is that of each layer (`MambaState`) and the place of the next token within its patch time; the
stream may have any length. For that reason it embeds band and channel but not time.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from earloop.model.config import ModelConfig, ModelError
from earloop.model.network.layers import BidirectionalMamba, CausalMamba
from earloop.model.network.mamba import MambaState
from earloop.model.network.transformer import transformer_layer


@dataclass(frozen=True)
class EncoderState:
    """The state of a causal encoder between two tokens.

    place : place of the next token within its patch time, channel * bands + band
    layers : state of each layer
    """

    place: int
    layers: tuple[MambaState, ...]


class Encoder(nn.Module):
    """Map patches [batch, bands, channels, patches, patch] to features [batch, bands, channels, patches, d_model].

    A window may have fewer patches than `config.patches`.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.d_model
        self.embed = nn.Linear(config.patch, width)  # shared by every band, channel and time (paper, section 3)
        self.mask_token = nn.Parameter(torch.zeros(width))
        self.band_embedding = nn.Parameter(torch.randn(config.bands, 1, 1, width) * 0.02)
        self.channel_embedding = nn.Parameter(torch.randn(config.channels, 1, width) * 0.02)
        self.time_embedding = None if config.causal else nn.Parameter(torch.randn(config.patches, width) * 0.02)
        self.blocks = nn.ModuleList(_layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, patches: Tensor, mask: Tensor | None = None) -> Tensor:
        """Encode; where `mask`, bool [batch, bands, channels, patches], is true, the token is hidden from the model.

        Raises
        ------
        ModelError
            The window has other axes, bands, channels or patch length than the model, more patches, or another dtype.
        """
        self._check(patches)
        x: Tensor = self.embed(patches)
        if mask is not None:
            x = torch.where(mask.unsqueeze(-1), self.mask_token, x)
        x = x + self.band_embedding + self.channel_embedding
        if self.time_embedding is not None:
            x = x + self.time_embedding[: patches.shape[3]]
        if self.config.order == "time_first":
            x = x.permute(0, 3, 2, 1, 4)
        shape = x.shape
        x = x.flatten(1, 3)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x).reshape(shape)
        return x.permute(0, 3, 2, 1, 4) if self.config.order == "time_first" else x

    def start(self, batch: int) -> EncoderState:
        """Return the state before the first token.

        Raises
        ------
        ModelError
            The encoder is not causal.
        """
        if not self.config.causal:
            raise ModelError(
                "this encoder is bidirectional and cannot take its tokens one by one; make one with causal = True"
            )
        return EncoderState(0, tuple(block.start(batch) for block in self._causal_layers()))

    def step(self, patch: Tensor, state: EncoderState) -> tuple[Tensor, EncoderState]:
        """Encode the next token.

        Parameters
        ----------
        patch : [batch, patch], the patch of the next channel and band: bands run fastest, then channels

        Returns
        -------
        The features, [batch, d_model], equal to those of `forward` for this token, and the state after it.
        """
        channel, band = divmod(state.place, self.config.bands)
        x: Tensor = self.embed(patch) + self.band_embedding[band, 0, 0] + self.channel_embedding[channel, 0]
        after = []
        for block, before in zip(self._causal_layers(), state.layers, strict=True):
            x, layer = block.step(x, before)
            after.append(layer)
        place = (state.place + 1) % (self.config.channels * self.config.bands)
        return self.norm(x), EncoderState(place, tuple(after))

    def _causal_layers(self) -> list[CausalMamba]:
        return [block for block in self.blocks if isinstance(block, CausalMamba)]

    def _check(self, patches: Tensor) -> None:
        c = self.config
        if patches.ndim != 5:
            raise ModelError(
                f"windows of shape {list(patches.shape)}: this model takes [batch, {c.bands} bands, {c.channels} "
                f"channels, patches, {c.patch} samples]"
            )
        _, bands, channels, count, patch = patches.shape
        if (bands, channels, patch) != (c.bands, c.channels, c.patch):
            raise ModelError(
                f"windows of {bands} bands, {channels} channels and {patch} samples per patch: this model takes "
                f"{c.bands}, {c.channels} and {c.patch}"
            )
        if self.time_embedding is not None and count > c.patches:
            raise ModelError(f"windows of {count} patches: this model takes {c.patches} at most")
        dtype = self.embed.weight.dtype
        if patches.dtype != dtype and not torch.is_autocast_enabled(patches.device.type):
            raise ModelError(f"windows of {patches.dtype}: this model takes {dtype}; convert them with .to({dtype})")


def _layer(config: ModelConfig) -> nn.Module:
    if config.mixer == "transformer":
        return transformer_layer(config)
    return CausalMamba(config) if config.causal else BidirectionalMamba(config)
