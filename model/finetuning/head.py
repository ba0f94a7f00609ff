"""What stands on the encoder: the paper's two heads, and a wider one for probes.

The paper (arXiv 2510.20853) pools the patch outputs for a class and decodes each patch linearly for a value; how bands
and channels are joined it does not say. With `mean` they are averaged; with `mean_over_time` a linear layer sees each
by itself: a frozen encoder was never asked to tell them apart in its average, and left and right differ for the eyes in
the signs of two channels, which an average takes away.
"""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from earloop.model.config import ModelConfig, ModelError
from earloop.model.tasks.epochs import Epochs

Pool = Literal["mean", "mean_over_time"]
POOLS: tuple[Pool, ...] = get_args(Pool)


class Head(nn.Module):
    """Features [batch, bands, channels, patches, d_model] to logits [batch, classes] or values [batch, patches, out].

    Parameters
    ----------
    by_patch : a value at each patch, else a class for the whole

    Raises
    ------
    ModelError
        An unknown pool.
    """

    def __init__(self, config: ModelConfig, outputs: int, *, by_patch: bool, pool: Pool = "mean") -> None:
        super().__init__()
        if pool not in POOLS:
            raise ModelError(f"pool {pool!r} is not known; valid: {', '.join(POOLS)}")
        self.by_patch, self.pool = by_patch, pool
        width = config.d_model * (1 if pool == "mean" else config.bands * config.channels)
        self.linear = nn.Linear(width, outputs)

    @classmethod
    def of(cls, config: ModelConfig, epochs: Epochs, pool: Pool = "mean") -> Head:
        """The head that fits a task."""
        outputs = epochs.classes or epochs.outputs
        return cls(config, len(outputs), by_patch=not epochs.classes, pool=pool)

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.linear(pooled(features, by_patch=self.by_patch, pool=self.pool))
        return out


def pooled(features: Tensor, *, by_patch: bool, pool: Pool) -> Tensor:
    """What the linear layer sees: [batch, width], or [batch, patches, width] where there is a value at each patch."""
    if not by_patch:
        return features.mean(dim=(1, 2, 3)) if pool == "mean" else features.mean(dim=3).flatten(1)
    if pool == "mean":
        return features.mean(dim=(1, 2))
    return features.permute(0, 3, 1, 2, 4).flatten(2)
