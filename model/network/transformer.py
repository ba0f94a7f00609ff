"""A Transformer layer of a Mamba layer's size. The paper's authors used one on a phone, where Mamba did not run."""

from __future__ import annotations

from torch import nn

from earloop.model.config import ModelConfig

# A layer has 4 + 2 * 5 = 14 d_model^2 weights, within an eighth as many as a bidirectional Mamba-1 layer.
FEEDFORWARD = 5


def transformer_layer(config: ModelConfig) -> nn.TransformerEncoderLayer:
    """Return a layer of self-attention and a feed-forward net, each after a layer norm.

    The layer maps [batch, length, d_model] to the same shape. It has no dropout, as the Mambas have none.
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
