"""`earloop pretrain`: pretrain an encoder with the six objectives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import as_recording_files, design_option, file_options, out_option
from earloop.cli.options.recording_file import RecordingFile
from earloop.model.config import MIXERS, PRECISIONS, PRESETS, STRATEGIES, Machines, ModelError, PretrainConfig
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.model.config import Mixer, Precision, Strategy
    from earloop.model.pretraining.checkpoint import CheckpointInfo
    from earloop.model.tokens.corpus_tokens import CorpusTokens
    from earloop.spec.design import Design

DEFAULTS, HERE = PretrainConfig(), Machines()


@click.command("pretrain")
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    help="Corpus of `earloop synth --hours`; its tokens are computed once and stored next to it.",
)
@click.option(
    "--recording",
    "recording_paths",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Recording to learn from, instead of a corpus; may be given several times.",
)
@file_options()
@as_recording_files
@design_option
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="tiny", show_default=True, help="Size of the model."
)
@click.option(
    "--mixer", type=click.Choice(MIXERS), default="mamba1", show_default=True, help="Layer that mixes the tokens."
)
@click.option("--causal", is_flag=True, help="Use past tokens alone, so that tokens can be encoded as they arrive.")
@click.option("--steps", type=click.IntRange(min=1), default=DEFAULTS.steps, show_default=True)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    default=DEFAULTS.batch,
    show_default=True,
    help="Windows per step, over all devices.",
)
@click.option(
    "--learning-rate", type=float, default=DEFAULTS.learning_rate, show_default=True, help="Highest learning rate."
)
@click.option(
    "--mask-ratio", type=float, default=DEFAULTS.mask_ratio, show_default=True, help="Share of tokens to hide."
)
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=HERE.devices,
    show_default=True,
    help="Processes on each machine; this command starts them unless `torchrun` does.",
)
@click.option("--nodes", type=click.IntRange(min=1), default=HERE.nodes, show_default=True, help="Machines.")
@click.option("--strategy", type=click.Choice(STRATEGIES), default=HERE.strategy, show_default=True)
@click.option("--precision", type=click.Choice(PRECISIONS), default=HERE.precision, show_default=True)
@click.option("--seed", type=int, default=DEFAULTS.seed, show_default=True)
@click.option("--resume", is_flag=True, help="Continue from the checkpoint in --out.")
@click.option("--overwrite", is_flag=True, help="Replace the checkpoint in --out.")
@out_option("Folder for the checkpoint, and for curves that TensorBoard shows.")
@click.pass_context
def command(
    context: click.Context,
    corpus: Path | None,
    recordings: list[RecordingFile],
    design_path: Path,
    preset: str,
    mixer: Mixer,
    causal: bool,
    steps: int,
    batch: int,
    learning_rate: float,
    mask_ratio: float,
    devices: int,
    nodes: int,
    strategy: Strategy,
    precision: Precision,
    seed: int,
    resume: bool,
    overwrite: bool,
    out: Path,
) -> None:
    """Pretrain PiMT-Mamba on the tokens of a corpus, or of recordings.

    A tenth of the people is held out for validation, at least one; without several people, a tenth of the sessions or
    recordings.
    """
    from lightning_fabric.utilities.rank_zero import rank_zero_only

    from earloop.cli.output.console import training_progress
    from earloop.model.pretraining.trainer import model_config, pretrain
    from earloop.model.tokens.tokenize import tokenize
    from earloop.spec.design import load_design

    if (corpus is None) == (not recordings):
        raise click.UsageError("give either --corpus or --recording", context)
    if resume and overwrite:
        raise click.UsageError("give either --resume or --overwrite", context)
    check_writable(out, ModelError)
    config = PretrainConfig(steps=steps, batch=batch, learning_rate=learning_rate, mask_ratio=mask_ratio, seed=seed)
    machines = Machines(devices=devices, nodes=nodes, strategy=strategy, precision=precision)
    design = load_design(design_path)
    if corpus is not None:
        tokens = _corpus_tokens(corpus, design)
        streams, name = tokens.streams, tokens.corpus_id
    else:
        streams, name = tuple(tokenize(file.read_for(design), design, name=file.name) for file in recordings), ""
    with training_progress(steps) as advance:
        info = pretrain(
            streams,
            out,
            config,
            model_config(design, preset, mixer=mixer, causal=causal),
            corpus=name,
            machines=machines,
            resume=resume,
            overwrite=overwrite,
            advance=advance,
        )
    rank_zero_only(_report)(info, out)


def _corpus_tokens(path: Path, design: Design) -> CorpusTokens:
    from earloop.cli.output.console import corpus_progress
    from earloop.model.tokens.corpus_tokens import corpus_tokens
    from earloop.recordings import open_corpus

    finished = open_corpus(path, design).finished
    with corpus_progress("tokenise", sum(planned.seconds for planned in finished)) as advance:
        return corpus_tokens(path, design, advance=advance)


def _report(info: CheckpointInfo, out: Path) -> None:
    """Print the result once, for any number of processes."""
    from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME

    first, last = info.losses[0], info.losses[-1]
    held = f", {info.validation[-1][1]:.3f} on {', '.join(info.held_out)}" if info.validation else ""
    click.echo(f"{out / CHECKPOINT_NAME}: loss {first:.3f} -> {last:.3f} in {len(info.losses)} steps{held}")
