"""A Transformer layer of a Mamba layer's size: what the paper's authors ran on a phone, where Mamba would not run."""

from __future__ import annotations

from torch import nn

from earloop.model.config import ModelConfig

# 4 + 2 * 5 = 14 d_model^2 weights, as many as a bidirectional Mamba-1 layer has, within an eighth.
FEEDFORWARD = 5


def transformer_layer(config: ModelConfig) -> nn.TransformerEncoderLayer:
    """Self-attention and a feed-forward net, each behind a layer norm. [batch, length, d_model] to the same.

    Without dropout, as the Mambas are, so that the two differ in nothing else.
    """
    return nn.TransformerEncoderLayer(
        config.d_model,
        config.heads,
        dim_feedforward=FEEDFORWARD * config.d_model,
        dropout=0.0,
        activation="gelu",
        batch_first=True,
        norm_first=True,
    )
