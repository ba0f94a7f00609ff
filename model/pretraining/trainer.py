"""Pretraining: the six objectives on windows of tokens, with warm-up, cosine decay, checkpoints and exact resume.

The batch and the masks of a step depend only on (seed, step), and each process takes its share of them. So a run that
was interrupted and resumed has the same losses as one that was not, and a run on more processes has them too, except
for the order of sums.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from earloop.model.config import PRESETS, Machines, Mixer, ModelConfig, ModelError, PretrainConfig
from earloop.model.network.workers import Workers
from earloop.model.pretraining.checkpoint import BEST_NAME, CHECKPOINT_NAME, CheckpointInfo, load_checkpoint
from earloop.model.pretraining.course import Course, Hooks, Validation, Watch
from earloop.model.pretraining.curves import Curves
from earloop.model.pretraining.holdout import hold_out
from earloop.model.pretraining.masking import draw_mask
from earloop.model.pretraining.objectives import OBJECTIVES, PiMT
from earloop.model.pretraining.resuming import check_resumed
from earloop.model.pretraining.run import TrainingRun, parameter_groups
from earloop.model.pretraining.settings import check_model, continued
from earloop.model.pretraining.spreading import launch, together, wrap_optimizer
from earloop.model.pretraining.start import InitialWeights
from earloop.model.pretraining.state import scatter_state
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.windows import Windows, cut_windows
from earloop.spec.design import Design
from earloop.system.whole import hold

LOGS_NAME = "logs"


def model_config(design: Design, preset: str = "tiny", *, mixer: Mixer = "mamba1", causal: bool = False) -> ModelConfig:
    """Return the configuration of a model for a design's tokens; raises ModelError for an unknown preset."""
    if preset not in PRESETS:
        raise ModelError(f"preset {preset!r} is not known; valid: {', '.join(PRESETS)}")
    size, tokens = PRESETS[preset], design.tokens
    return ModelConfig(
        channels=len(design.channels),
        bands=len(design.bands),
        patches=tokens.window_patches,
        patch=tokens.patch,
        d_model=size.d_model,
        layers=size.layers,
        order="time_first" if causal else "frequency_first",
        mixer=mixer,
        causal=causal,
    )


def pretrain(
    streams: tuple[TokenStream, ...],
    out: Path,
    config: PretrainConfig,
    model: ModelConfig,
    *,
    scale: NDArray[np.float32] | None = None,
    corpus: str = "",
    machines: Machines | None = None,
    start: InitialWeights | None = None,
    resume: bool = False,
    overwrite: bool = False,
    advance: Callable[[float], bool] = lambda loss: True,
    watch: Watch | None = None,
    validated: Callable[[Validation], None] = lambda validation: None,
) -> CheckpointInfo:
    """Train on token streams; write `pretrained.safetensors` and the folder `logs`, for TensorBoard, into `out`.

    A run with patience also writes `best.safetensors`, the model of the smallest held-out loss.

    Parameters
    ----------
    streams : streams of one format; of several streams, some are held out for validation (`hold_out`)
    scale : float32 [bands], by which tokens are divided; None means that it is measured on the training streams
    corpus : `CorpusTokens.corpus_id` of the streams' corpus
    machines : the processors to use; None means one process
    start : weights to begin with; None means random weights
    resume : continue from the checkpoint in `out`, whose tokens, model and training must be the same; only `steps` may
        be more, which lengthens the run
    overwrite : replace a checkpoint in `out`; without this or `resume` an existing checkpoint is an error
    advance : called in every process with each step's loss; all processes save a checkpoint and stop after a step for
        which it returns False in one of them
    watch : evaluates the encoder at each validation, in the first process alone; None for no evaluation
    validated : called in the first process after each validation

    Returns
    -------
    The information of the last checkpoint, with the losses of all steps. Only in the first process it has the scores.

    Raises
    ------
    ModelError
        Tokens are too few or do not fit the model, a checkpoint does not fit or must not be replaced, a loss is not
        finite, the machine lacks the processors, or another process trains into `out`.
    """
    machines = Machines() if machines is None else machines
    hooks = Hooks(advance=advance, watch=watch, validated=validated)
    path = out / CHECKPOINT_NAME
    if path.exists() and not (resume or overwrite):
        raise ModelError(f"{path}: exists; --resume continues it, --overwrite replaces it; or choose another --out")
    if resume and start is not None:
        raise ModelError(f"{path}: --resume continues with its own weights; leave --init out")
    resumed = load_checkpoint(path) if resume else None
    if resumed is not None:
        config = continued(path, resumed[0].training, asdict(config))
    info, windows, held = _prepared(streams, config, model, scale if resumed is None else resumed[0].scale)
    info = replace(info, corpus=corpus, origin=None if start is None else start.origin)
    if start is not None:
        check_model(Path(start.origin.path), start.model, model, "the checkpoint was made")
    if resumed is not None:
        check_resumed(path, *resumed, info)
        info = replace(resumed[0], training=config)

    fabric = launch(machines, config.batch, config.accumulate)
    torch.manual_seed(config.seed)
    network = PiMT(model)
    if start is not None:
        network.load_state_dict(start.weights)
    wrapped = fabric.setup_module(network)
    optimizer = wrap_optimizer(fabric, torch.optim.AdamW(parameter_groups(wrapped, config), lr=config.learning_rate))
    workers = Workers(machines.threads if fabric.world_size == 1 else 1)
    run = TrainingRun(
        fabric=fabric,
        network=wrapped,
        optimizer=optimizer,
        config=config,
        windows=windows,
        held=held,
        workers=workers,
    )
    if resumed is not None:
        scatter_state(run.plain, run.plain_optimizer, resumed[1])
    with ExitStack() as stack:
        if fabric.is_global_zero:
            _hold(out, stack)
            if not resume:
                (out / BEST_NAME).unlink(missing_ok=True)
        curves = stack.enter_context(Curves(out / LOGS_NAME if fabric.is_global_zero else None, len(info.losses)))
        stack.enter_context(together(fabric))
        stack.enter_context(workers)
        return Course(run, info, out, machines.save_every, curves, hooks).finish()


def _prepared(
    streams: tuple[TokenStream, ...], config: PretrainConfig, model: ModelConfig, scale: NDArray[np.float32] | None
) -> tuple[CheckpointInfo, Windows, Windows | None]:
    """Return the information of a run before its first step, its windows, and those that are held out.

    Raises
    ------
    ModelError
        The settings or the tokens do not fit the model, or nothing is held out for a run with patience.
    """
    if len(config.weights) != len(OBJECTIVES):
        raise ModelError(f"{len(config.weights)} weights are given: wanted {len(OBJECTIVES)}, one for each objective")
    draw_mask(model, 1, config.mask_ratio, torch.Generator(), config.mask_weights)  # raises before any file is written
    learned, held = hold_out(streams, config.validation_share)
    windows = cut_windows(learned, model, config.hop_ticks, scale)
    held_windows = _held_windows(held, model, windows.scale)
    if config.patience and held_windows is None:
        raise ModelError(
            f"--patience {config.patience} needs recordings that are held out, and there are none as long as a window; "
            "give more recordings, best of several people, or leave --patience out"
        )
    info = CheckpointInfo(
        format=windows.streams[0].format,
        scale=windows.scale,
        model=model,
        training=config,
        held_out=tuple(stream.name for stream in held),
        learned=tuple((stream.name, len(stream)) for stream in learned),
    )
    return info, windows, held_windows


def _held_windows(held: tuple[TokenStream, ...], model: ModelConfig, scale: NDArray[np.float32]) -> Windows | None:
    """Return the contiguous windows of the held-out streams, or None if all streams are too short."""
    ticks = model.patches * model.patch
    long = tuple(stream for stream in held if len(stream) >= ticks)
    return cut_windows(long, model, ticks, scale) if long else None


def _hold(out: Path, stack: ExitStack) -> None:
    """Lock a folder against other training processes until the stack is closed."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        stack.enter_context(hold(out))
    except OSError as error:
        raise ModelError(f"{out}: {error.strerror}") from None
