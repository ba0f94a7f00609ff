"""What `earloop pretrain` prints, once for all processes of a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earloop.model.config import PretrainConfig
    from earloop.model.pretraining.checkpoint import CheckpointInfo
    from earloop.model.pretraining.course import Validation

# Options of a new run that the command that resumes it does not have; --init has a value.
OF_A_NEW_RUN = ("--resume", "--overwrite", "--other-electrodes")


def say(lines: Sequence[str]) -> None:
    """Print lines in the first process of a run."""
    from lightning_fabric.utilities.rank_zero import rank_zero_only

    for line in lines:
        rank_zero_only(click.echo)(line)


def resumed_lines(begun: CheckpointInfo | None, config: PretrainConfig, *, probed: bool) -> Iterator[str]:
    """Describe how a run goes on: without the scores that it had before, or on a longer schedule."""
    from earloop.model.pretraining.schedule import last_leg

    if begun is not None and begun.scores and not probed:
        yield "the run was scored by --probe before; it goes on without scores unless --probe is given"
    if begun is not None and config.steps != begun.training.steps:
        yield f"{config.steps} steps in place of {begun.training.steps}: {last_leg(config)}"


def show_validation(validation: Validation, patience: int) -> None:
    """Print a validation above the bar, for a run that is scored or that may stop early."""
    from earloop.cli.output.console import stderr

    if patience or validation.scores:
        held = [] if validation.loss is None else [f"held-out loss {validation.loss:.3f}"]
        scores = [f"{name} {score:.3f}" for name, score in validation.scores.items()]
        stderr.print(f"  step {validation.steps}: {', '.join((*held, *scores))}", soft_wrap=True)


def result_lines(info: CheckpointInfo, out: Path) -> tuple[str, ...]:
    """Describe what was learned, and the best checkpoint of a run with patience."""
    from earloop.model.pretraining.checkpoint import BEST_NAME, CHECKPOINT_NAME

    first, last, steps = info.losses[0], info.losses[-1], len(info.losses)
    held = f", {info.validation[-1][1]:.3f} on {', '.join(info.held_out)}" if info.validation else ""
    lines = [f"{out / CHECKPOINT_NAME}: loss {first:.3f} -> {last:.3f} in {steps} steps{held}"]
    if info.scores:
        done = info.scores[-1][0]
        scores = ", ".join(f"{name} {score:.3f}" for at, name, score in info.scores if at == done)
        lines.append(f"probe: {scores} after {done} steps")
    if info.training.patience and info.validation:
        best, loss = info.best
        why = f"; stopped after {info.waited} validations without a smaller loss" if info.out_of_patience else ""
        lines.append(f"{out / BEST_NAME}: held-out loss {loss:.3f} after {best} steps{why}")
    return tuple(lines)


def resuming_command(arguments: Sequence[str]) -> str:
    """Return the command that resumes a run, for a shell: the one that was given, with --resume."""
    kept, skip = [], False
    for argument in arguments:
        if not skip and argument not in (*OF_A_NEW_RUN, "--init") and not argument.startswith("--init="):
            kept.append(argument)
        skip = argument == "--init"  # its value follows
    return shlex.join(["earloop", "pretrain", *kept, "--resume"])
