"""Which tokens the masked objectives hide: single tokens, stretches of time, whole channels, whole bands."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from model.config import ModelConfig


def draw_mask(config: ModelConfig, batch: int, ratio: float, generator: torch.Generator) -> Tensor:
    """Bool mask [batch, bands, channels, patches], true where hidden.

    Each window draws one kind. Its scores are constant along the axes that the kind hides together; the lowest `ratio`
    of them are hidden, at least one and never all. A kind that has only one unit to hide is left out.
    """
    shape = (config.bands, config.channels, config.patches)
    kinds = (
        shape,  # single tokens
        (1, 1, config.patches),  # stretches of time
        (1, config.channels, 1),  # whole channels
        (config.bands, 1, 1),  # whole bands
    )
    usable = [span for span in kinds if math.prod(span) > 1]
    masks = []
    for kind in torch.randint(len(usable), (batch,), generator=generator).tolist():
        scores = torch.rand(usable[kind], generator=generator)
        hidden = min(max(round(ratio * scores.numel()), 1), scores.numel() - 1)
        limit = scores.flatten().kthvalue(hidden).values
        masks.append((scores <= limit).expand(shape))
    return torch.stack(masks)
