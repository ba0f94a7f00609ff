"""`earloop pretrain`: the six objectives on the tokens that an earbud would send."""

from __future__ import annotations

from pathlib import Path

import click

from earloop.console import training_progress
from earloop.options import design_option, out_option, recording_options
from hil.golden_run import run_golden
from hil.report import check_writable
from model.config import PRESETS, PretrainConfig
from model.pretraining.trainer import CHECKPOINT_NAME, pretrain
from recordings import read_recording
from sim.stimulus import to_stimulus
from spec.design import load_design
from spec.fixed import compile_design


@click.command("pretrain")
@click.option(
    "--recording",
    "paths",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="A recording to learn from; may be given several times.",
)
@recording_options
@design_option
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="tiny", show_default=True, help="Size of the model."
)
@click.option("--steps", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--batch", type=click.IntRange(min=1), default=4, show_default=True, help="Windows a step.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in --out.")
@out_option("Folder for the checkpoint.")
def command(
    paths: tuple[Path, ...],
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    design_path: Path,
    preset: str,
    steps: int,
    batch: int,
    seed: int,
    resume: bool,
    out: Path,
) -> None:
    """Pretrain PiMT-Mamba on the tokens of recordings."""
    check_writable(out)
    design = load_design(design_path)
    fixed = compile_design(design)
    recordings = (read_recording(path, rate_hz=rate_hz, channels=channels) for path in paths)
    streams = [run_golden(fixed, to_stimulus(recording, design).codes).taps.tokens for recording in recordings]
    config = PretrainConfig(steps=steps, batch=batch, seed=seed)
    with training_progress(steps) as advance:
        losses = pretrain(design, streams, out, config, preset=preset, resume=resume, advance=advance).losses
    click.echo(f"{out / CHECKPOINT_NAME}: loss {losses[0]:.3f} -> {losses[-1]:.3f} in {len(losses)} steps")
