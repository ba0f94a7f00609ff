"""The sizes of a model and the choices of a pretraining run.

The paper leaves most of these open (arXiv 2510.20853); what it does give is marked. The rest are this project's
defaults, not the paper's values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spec.errors import EarloopError

Order = Literal["frequency_first", "time_first"]
Merge = Literal["sum", "concat", "gate"]


class ModelError(EarloopError):
    """A model, its data or its checkpoint that do not fit together."""


@dataclass(frozen=True)
class ModelConfig:
    """Shape of the encoder.

    channels, bands, patches, patch : the window, [bands, channels, patches] tokens of `patch` samples
    d_model, layers : width and depth
    d_state, d_conv, expand : Mamba's own defaults (state-spaces/mamba, mamba_simple.py)
    order : which axis runs slowest through the flattened sequence; the paper says frequency, channel, time
    merge : how the two directions are joined
    """

    channels: int
    bands: int
    patches: int
    patch: int
    d_model: int = 64
    layers: int = 2
    d_state: int = 16
    d_conv: int = 4
    expand: int = 2
    order: Order = "frequency_first"
    merge: Merge = "sum"

    @property
    def tokens(self) -> int:
        """Tokens in a window."""
        return self.bands * self.channels * self.patches

    @property
    def d_inner(self) -> int:
        return self.expand * self.d_model

    @property
    def dt_rank(self) -> int:
        """Rank of the step-size projection: ceil(d_model / 16), as in mamba_simple.py."""
        return -(-self.d_model // 16)


@dataclass(frozen=True)
class Preset:
    """A named size."""

    d_model: int
    layers: int


PRESETS = {"nano": Preset(32, 2), "tiny": Preset(64, 2), "base": Preset(192, 6)}


@dataclass(frozen=True)
class PretrainConfig:
    """One pretraining run.

    weights : of the six objectives, in the order of `model.pretraining.objectives.OBJECTIVES`
    mask_ratio : share of a window's tokens that the masked objectives hide
    hop_patches : distance between the starts of neighbouring training windows
    threads : of PyTorch on the CPU; the scan is a long chain of small operations, which more threads slow down
    """

    steps: int = 200
    batch: int = 4
    learning_rate: float = 1e-3
    warmup_steps: int = 10
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    mask_ratio: float = 0.5
    hop_patches: int = 4
    threads: int = 1
    weights: tuple[float, ...] = (1.0,) * 6
    seed: int = 1
