"""The sizes of a model and the choices of a pretraining run.

The paper (arXiv 2510.20853) leaves most of these open; the values that it gives are marked. All others are this
project's defaults, not the paper's values.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from earloop.spec.errors import EarloopError

Order = Literal["frequency_first", "time_first"]
Merge = Literal["sum", "concat", "gate"]
Mixer = Literal["mamba1", "mamba2", "transformer"]
MaskKind = Literal["random", "block", "band", "channel"]
Strategy = Literal["auto", "ddp", "fsdp"]
Precision = Literal["32-true", "bf16-mixed"]
Level = Literal["window", "patch", "token"]  # one feature vector is exported for each of these
Mode = Literal["frozen", "probe", "full", "scratch"]  # `earloop.model.finetuning.finetune` explains the modes
Misfit = Literal["checkpoint", "decoder", "task"]

MIXERS: tuple[Mixer, ...] = get_args(Mixer)
MASK_KINDS: tuple[MaskKind, ...] = get_args(MaskKind)
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
LEVELS: tuple[Level, ...] = get_args(Level)
MODES: tuple[Mode, ...] = get_args(Mode)


class ModelError(EarloopError):
    """A model, its data or its checkpoint are wrong or do not fit together."""


class MisfitError(ModelError):
    """A trained model, or the task that probes it, has tokens of another format than it is given.

    Parameters
    ----------
    what : the thing that does not fit the tokens
    """

    def __init__(self, message: str, what: Misfit = "checkpoint") -> None:
        super().__init__(message)
        self.what = what


# The largest sizes that make sense: far beyond any model of ear signals. A file's header is checked against them before
# any memory is allocated.
MOST = {
    "channels": 1_024,
    "bands": 1_024,
    "patches": 65_536,
    "patch": 65_536,
    "d_model": 65_536,
    "layers": 64,
    "d_state": 4_096,
    "d_conv": 1_024,
    "expand": 64,
    "head_dim": 65_536,
    "heads": 1_024,
}


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Shape of the encoder.

    Parameters
    ----------
    channels, bands, patches, patch : the longest window, [bands, channels, patches] tokens of `patch` samples
    d_model, layers : width and depth
    d_state, d_conv, expand : Mamba's sizes; the defaults are those of state-spaces/mamba, mamba_simple.py
    order : which axis runs slowest through the flattened sequence; the paper says frequency, channel, time
    merge : how the two directions are joined
    mixer : what carries information from token to token; the paper uses Mamba-1
    head_dim : number of channels that share one decay in Mamba-2
    heads : attention heads of a Transformer
    causal : whether there is only the forward direction, so that each token can be encoded as it arrives

    Raises
    ------
    ModelError
        The sizes or choices do not go together.
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
    mixer: Mixer = "mamba1"
    head_dim: int = 32
    heads: int = 4
    causal: bool = False

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            if not 1 <= getattr(self, name) <= most:
                raise ModelError(f"{name} = {getattr(self, name)}: must be 1 to {most:,}")
        for name, kinds in (("order", Order), ("merge", Merge), ("mixer", Mixer)):
            if getattr(self, name) not in get_args(kinds):
                raise ModelError(f"{name} {getattr(self, name)!r} is not known; valid: {', '.join(get_args(kinds))}")
        if self.mixer == "mamba2" and self.d_inner % self.head_dim:
            raise ModelError(f"head_dim = {self.head_dim}: must divide the inner width, {self.d_inner}")
        if self.mixer == "transformer" and self.d_model % self.heads:
            raise ModelError(f"heads = {self.heads}: must divide d_model, {self.d_model}")
        if self.causal and self.mixer == "transformer":
            raise ModelError(
                "mixer transformer cannot be causal: its memory would grow with the stream; choose mamba1 or mamba2"
            )
        if self.causal and self.order != "time_first":
            raise ModelError(
                f"a causal model has order {self.order}: wanted time_first, the order in which tokens arrive"
            )

    @property
    def tokens(self) -> int:
        """Number of tokens in the longest window."""
        return self.bands * self.channels * self.patches

    @property
    def d_inner(self) -> int:
        """Width inside a Mamba block: expand * d_model."""
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


# nano is for a microcontroller: fewer than 100,000 parameters with every mixer.
PRESETS = {"nano": Preset(32, 2), "tiny": Preset(64, 2), "base": Preset(192, 6)}


@dataclass(frozen=True, kw_only=True)
class PretrainConfig:
    """The settings that decide the losses of a pretraining run, on any machine.

    Parameters
    ----------
    steps : steps in all
    legs : steps at which earlier legs of the run ended, ascending; empty for a run that was never lengthened.
        `earloop.model.pretraining.schedule` explains legs
    batch : windows per step, over all processes and parts
    accumulate : number of parts into which each process splits its share of a batch, to save memory
    weights : weights of the six objectives, in the order of `earloop.model.pretraining.objectives.OBJECTIVES`
    mask_ratio : share of a window's tokens that the masked objectives hide
    mask_weights : how often each of `MASK_KINDS` is drawn, relative to the others
    hop_ticks : distance between the starts of neighbouring training windows; with 1 a window may begin at any tick
    validation_share : share that is held out of the subjects; of the sessions, if there is one subject; of the
        recordings, if there is one session
    validation_windows : number of windows for the held-out loss, spread evenly over the held-out streams
    validate_every : steps between two validations
    patience : validations without a smaller held-out loss after which the run stops; 0 for never
    """

    steps: int = 200
    legs: tuple[int, ...] = ()
    batch: int = 4
    accumulate: int = 1
    learning_rate: float = 1e-3
    warmup_steps: int = 10
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    mask_ratio: float = 0.5
    mask_weights: tuple[float, ...] = (1.0,) * len(MASK_KINDS)
    hop_ticks: int = 1
    weights: tuple[float, ...] = (1.0,) * 6
    validation_share: float = 0.1
    validation_windows: int = 32
    validate_every: int = 50
    patience: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "accumulate", "hop_ticks", "validation_windows", "validate_every"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} = {getattr(self, name)}: must be 1 or more")
        ends = (0, *self.legs, self.steps)
        if any(end <= before for before, end in pairwise(ends)):
            raise ModelError(f"legs {ends[1:-1]} of {self.steps} steps: wanted ascending steps before the last")
        if self.patience < 0:
            raise ModelError(f"patience = {self.patience}: must be 0 or more")
        if not self.learning_rate > 0:
            raise ModelError(f"learning_rate = {self.learning_rate}: must be positive")
        if not 0 <= self.validation_share < 1:
            raise ModelError(f"validation_share = {self.validation_share}: must be 0 or more and less than 1")
        if len(self.mask_weights) != len(MASK_KINDS) or min(self.mask_weights) < 0 or not sum(self.mask_weights) > 0:
            raise ModelError(
                f"mask_weights {self.mask_weights}: wanted one weight for each of {', '.join(MASK_KINDS)}; none may be "
                "negative, and at least one must be positive"
            )


@dataclass(frozen=True, kw_only=True)
class Machines:
    """The processors that a run uses. They may change when a run is resumed.

    Parameters
    ----------
    accelerator, devices, nodes, strategy, precision : as Lightning Fabric takes them; under `torchrun`, `devices`
        counts those of one machine
    threads : threads of one process on the CPU, which share its batch; None means as many as PyTorch would use
    save_every : steps between two checkpoints
    """

    accelerator: str = "auto"
    devices: int = 1
    nodes: int = 1
    strategy: Strategy = "auto"
    precision: Precision = "32-true"
    threads: int | None = None
    save_every: int = 50

    def __post_init__(self) -> None:
        if self.save_every < 1:
            raise ModelError(f"save_every = {self.save_every}: must be 1 or more")
