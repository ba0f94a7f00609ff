"""The heads on the encoder: the paper's two, and a wider one for probes.

The paper (arXiv 2510.20853) pools the patch outputs for a class and decodes each patch linearly for a value; it does
not say how bands and channels are joined. With `mean` they are averaged. With `mean_over_time` a linear layer sees each
of them: a frozen encoder has not learned to separate them in its average, and for the eyes left and right differ in the
signs of two channels, which an average removes.
"""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from earloop.model.config import ModelConfig, ModelError
from earloop.model.tasks.epochs import Epochs

Pool = Literal["mean", "mean_over_time"]
POOLS: tuple[Pool, ...] = get_args(Pool)


class Head(nn.Module):
    """Maps features [batch, bands, channels, patches, d_model] to logits or values.

    Parameters
    ----------
    outputs : number of classes or of values
    by_patch : whether there are values at each patch, [batch, patches, outputs], or logits, [batch, outputs]

    Raises
    ------
    ModelError
        The pool is unknown.
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
        """Return the head that fits a task."""
        outputs = epochs.classes or epochs.outputs
        return cls(config, len(outputs), by_patch=not epochs.classes, pool=pool)

    def forward(self, features: Tensor) -> Tensor:
        """Pool the features, and map them to logits [batch, outputs] or values [batch, patches, outputs]."""
        out: Tensor = self.linear(pooled(features, by_patch=self.by_patch, pool=self.pool))
        return out


def pooled(features: Tensor, *, by_patch: bool, pool: Pool) -> Tensor:
    """Return the input of the linear layer: [batch, width], or [batch, patches, width] for values at each patch."""
    if not by_patch:
        return features.mean(dim=(1, 2, 3)) if pool == "mean" else features.mean(dim=3).flatten(1)
    if pool == "mean":
        return features.mean(dim=(1, 2))
    return features.permute(0, 3, 1, 2, 4).flatten(2)
