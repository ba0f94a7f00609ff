"""The choice of tokens that the masked objectives hide: single tokens, a span of time, whole bands, whole channels."""

from __future__ import annotations

import torch
from torch import Tensor

from earloop.model.config import MASK_KINDS, MaskKind, ModelConfig, ModelError


def draw_mask(
    config: ModelConfig,
    batch: int,
    ratio: float,
    generator: torch.Generator,
    weights: tuple[float, ...] = (1.0,) * len(MASK_KINDS),
) -> Tensor:
    """Draw a bool mask [batch, bands, channels, patches], true where a token is hidden; one kind for each window.

    Parameters
    ----------
    ratio : share of a kind's units that are hidden, rounded to whole units, but at least one and never all
    weights : how often each of `MASK_KINDS` is drawn; a kind with only one unit is never drawn

    Raises
    ------
    ModelError
        The ratio would hide nothing or everything, or no kind can be drawn.
    """
    if not 0 < ratio < 1:
        hides = "all" if ratio >= 1 else "none"
        raise ModelError(
            f"mask_ratio = {ratio:g} hides {hides} of a window's {config.tokens} tokens; wanted more than 0 and less "
            "than 1"
        )
    usable = [w * (_units(config, kind) > 1) for kind, w in zip(MASK_KINDS, weights, strict=True)]
    if not sum(usable):
        drawn = ", ".join(kind for kind, w in zip(MASK_KINDS, weights, strict=True) if w)
        raise ModelError(
            f"masks of kind {drawn} would hide all or nothing of {config.bands} bands, {config.channels} channels and "
            f"{config.patches} patches; choose another kind"
        )
    kinds = torch.multinomial(torch.tensor(usable, dtype=torch.float64), batch, replacement=True, generator=generator)
    return torch.stack([_mask(config, MASK_KINDS[kind], ratio, generator) for kind in kinds.tolist()])


def _units(config: ModelConfig, kind: MaskKind) -> int:
    """Return the number of units of a kind; a unit is hidden or shown as a whole."""
    units = {"random": config.tokens, "block": config.patches, "band": config.bands, "channel": config.channels}
    return units[kind]


def _mask(config: ModelConfig, kind: MaskKind, ratio: float, generator: torch.Generator) -> Tensor:
    units = _units(config, kind)
    hidden = min(max(round(ratio * units), 1), units - 1)
    flags = torch.zeros(units, dtype=torch.bool)
    if kind == "block":
        start = int(torch.randint(units - hidden + 1, (1,), generator=generator))
        flags[start : start + hidden] = True
    else:
        flags[torch.randperm(units, generator=generator)[:hidden]] = True
    shape = (config.bands, config.channels, config.patches)
    spans = {"random": shape, "block": (1, 1, -1), "band": (-1, 1, 1), "channel": (1, -1, 1)}
    return flags.reshape(spans[kind]).expand(shape)
