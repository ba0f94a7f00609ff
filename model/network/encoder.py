"""The PiMT encoder: patches of every band and channel, one shared linear tokenizer, a bidirectional Mamba over all."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.config import ModelConfig
from model.network.mamba import BidirectionalMamba


class Encoder(nn.Module):
    """Patches [batch, bands, channels, patches, patch] to features [batch, bands, channels, patches, d_model]."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.d_model
        self.embed = nn.Linear(config.patch, width)  # shared by every band, channel and time (paper, section 3)
        self.mask_token = nn.Parameter(torch.zeros(width))
        self.band_embedding = nn.Parameter(torch.randn(config.bands, 1, 1, width) * 0.02)
        self.channel_embedding = nn.Parameter(torch.randn(config.channels, 1, width) * 0.02)
        self.time_embedding = nn.Parameter(torch.randn(config.patches, width) * 0.02)
        self.blocks = nn.ModuleList(BidirectionalMamba(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, patches: Tensor, mask: Tensor | None = None) -> Tensor:
        """Encode; where `mask`, bool [batch, bands, channels, patches], is true, the token is hidden from the model."""
        x: Tensor = self.embed(patches)
        if mask is not None:
            x = torch.where(mask.unsqueeze(-1), self.mask_token, x)
        x = x + self.band_embedding + self.channel_embedding + self.time_embedding
        if self.config.order == "time_first":
            x = x.permute(0, 3, 2, 1, 4)
        shape = x.shape
        x = x.reshape(shape[0], self.config.tokens, shape[-1])
        for block in self.blocks:
            x = block(x)
        x = self.norm(x).reshape(shape)
        return x.permute(0, 3, 2, 1, 4) if self.config.order == "time_first" else x
