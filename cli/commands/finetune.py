"""`earloop finetune`: learn a task with or without a pretrained encoder, and compare with baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earloop.cli.options.files import out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.model.config import MODES, PRESETS
from earloop.model.tasks.splits import SPLITS
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.model.config import Mode
    from earloop.model.finetuning.network import Pretrained
    from earloop.model.protocol.protocol import Model
    from earloop.model.tasks.epochs import Epochs
    from earloop.model.tasks.splits import Split

DPI = 150


@click.command("finetune")
@click.argument("task")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="EARLOOP_REAL_DATA",
    help="Folder of real recordings or of a dataset.  [default: EARLOOP_REAL_DATA]",
)
@click.option(
    "--gaze", "wants_gaze", is_flag=True, help="For a corpus: learn the direction of gaze instead of the classes."
)
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Checkpoint that `earloop pretrain` wrote.")
@click.option(
    "--mode",
    "modes",
    type=click.Choice(MODES),
    multiple=True,
    help="How the encoder learns; may be given several times.  [default: all with a checkpoint, else scratch]",
)
@click.option("--split", "split_name", type=click.Choice(list(SPLITS)), default="within-session", show_default=True)
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default="tiny",
    show_default=True,
    help="Size of the model that learns from scratch.",
)
@click.option(
    "--bands", is_flag=True, help="Also show which band carries the task, for the last mode that trains by gradients."
)
@click.option(
    "--decoder",
    "decoder_path",
    type=click.Path(path_type=Path),
    help="Write the decoder that the last mode learns from all epochs, for `earloop decode` and `earloop hil run`.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@out_option("Folder for the table, its pictures and the predictions.")
@offers_fitting
def command(
    task: str,
    data: Path | None,
    wants_gaze: bool,
    checkpoint: Path | None,
    modes: tuple[Mode, ...],
    split_name: str,
    preset: str,
    bands: bool,
    decoder_path: Path | None,
    seed: int,
    out: Path,
) -> None:
    """Learn TASK and compare with the baselines: a task of real recordings, a dataset, or the path of a corpus."""
    import numpy as np
    import torch

    from earloop.cli.output.console import progress
    from earloop.model.config import ModelError
    from earloop.model.evaluation.compare import compare, fits
    from earloop.model.evaluation.comparison_figure import comparison_figure
    from earloop.model.finetuning.decoder import learn_decoder
    from earloop.model.finetuning.decoder_file import save_decoder
    from earloop.model.finetuning.finetune import finetuning

    check_writable(out, ModelError)
    if decoder_path is not None:
        _check_decoder_path(decoder_path)
    epochs = _epochs(task, data, wants_gaze)
    pretrained = _pretrained(checkpoint, epochs)
    chosen: tuple[Mode, ...] = modes or (MODES if pretrained else ("scratch",))
    models = {
        f"PiMT {mode}": finetuning(mode, None if mode == "scratch" else pretrained, preset=preset) for mode in chosen
    }
    if bands and set(chosen) <= {"frozen"}:
        raise ModelError("--bands needs a mode that trains by gradients: probe, full or scratch")
    splits = SPLITS[split_name](epochs)
    with progress("fit", fits(epochs, splits, models), "fits") as advance:
        comparison = compare(epochs, splits, models, seed, advance, torch.get_num_threads())
    table = comparison.markdown()
    out.mkdir(parents=True, exist_ok=True)
    (out / "comparison.md").write_text(table + "\n", encoding="utf-8")
    comparison_figure(comparison).savefig(out / "comparison.png", dpi=DPI)
    predicted: dict[str, Any] = {trial.model: trial.predicted for trial in comparison.trials}
    np.savez_compressed(out / "predictions.npz", which=comparison.which, target=comparison.target, **predicted)
    click.echo(table)
    if bands:
        _show_bands(epochs, models, splits[0], seed, out)
    if decoder_path is not None:
        mode = chosen[-1]
        with progress("decoder", 1, "fits") as advance:
            save_decoder(decoder_path, learn_decoder(models[f"PiMT {mode}"], epochs, mode=mode, seed=seed))
            advance(1)
        click.echo(f"{decoder_path}: {epochs.task}, {mode}, learned from {len(epochs)} epochs")
        _keep_design(epochs, decoder_path)


def _keep_design(epochs: Epochs, decoder_path: Path) -> None:
    """Write the design of a decoder's tokens next to it, if that is not the reference design."""
    from earloop.spec.design import load_design
    from earloop.spec.design_file import write_design

    if epochs.design is None or epochs.design.design_hash == load_design().design_hash:
        return
    path = decoder_path.with_suffix(".design.toml")
    write_design(epochs.design, path)
    click.echo(f"{path}: the design of its tokens, for --design")


def _check_decoder_path(path: Path) -> None:
    """Refuse, before any work, an output that could not be written after it."""
    from earloop.model.config import ModelError

    if path.is_dir():
        raise ModelError(
            f"{path}: is a folder; name a file in it with --decoder, such as {path / 'decoder.safetensors'}"
        )
    check_writable(path.parent, ModelError)


def _epochs(task: str, data: Path | None, wants_gaze: bool) -> Epochs:
    """Load a real task or a dataset by its name, or a corpus by its path."""
    from earloop.model.config import ModelError
    from earloop.model.tasks.corpus_task import classification, gaze
    from earloop.model.tasks.datasets import DATASETS
    from earloop.model.tasks.real import REAL_TASKS
    from earloop.model.tokens.corpus_tokens import corpus_tokens

    named = REAL_TASKS | DATASETS
    if task not in named:
        if not Path(task).exists():
            raise ModelError(f"task {task!r} is no path of a corpus, and none of {', '.join(named)}")
        return (gaze if wants_gaze else classification)(corpus_tokens(Path(task)))
    if data is None:
        raise ModelError(f"task {task} needs the folder of its recordings: give --data, or set EARLOOP_REAL_DATA")
    return named[task].load(data)


def _pretrained(checkpoint: Path | None, epochs: Epochs) -> Pretrained | None:
    """Load a checkpoint, which must have learned from tokens of the same format."""
    from earloop.model.finetuning.network import Pretrained
    from earloop.model.pretraining.checkpoint import load_encoder

    if checkpoint is None:
        return None
    encoder, info = load_encoder(checkpoint, epochs.format)
    return Pretrained(encoder, info.scale)


def _show_bands(epochs: Epochs, models: Mapping[str, Model], split: Split, seed: int, out: Path) -> None:
    """Print which band carries the task, for the last model that was trained by gradients in the first split."""
    from earloop.model.evaluation.saliency import band_saliency
    from earloop.model.evaluation.saliency_figure import saliency_figure
    from earloop.model.finetuning.finetune import FineTune
    from earloop.model.protocol.metrics import metrics_for

    *_, last = (model for model in models.values() if isinstance(model, FineTune))
    predictor = last.fit(epochs, split.train, seed)
    found = band_saliency(predictor, epochs, split.train, split.test, metrics_for(epochs)[0], seed)
    saliency_figure(found).savefig(out / "bands.png", dpi=DPI)
    for band, share, loss in zip(found.bands, found.attribution, found.loss, strict=True):
        click.echo(f"{band:<12}{share:6.1%} of the output, {found.metric.name} {loss:+.2f} lost without it")
