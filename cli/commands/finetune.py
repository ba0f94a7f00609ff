"""`earloop finetune`: learn a task with or without a pretrained encoder, and compare with baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earloop.cli.options.files import design_beside, out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.own_data import OwnData, own_data_options
from earloop.model.config import MODES, PRESETS
from earloop.model.tasks.splits import SPLITS, WITH_FOLDS, split_by
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.model.config import Mode
    from earloop.model.evaluation.compare import ModelComparison
    from earloop.model.evaluation.saliency import BandSaliency
    from earloop.model.finetuning.finetune import FineTune
    from earloop.model.finetuning.frozen import FrozenProbe
    from earloop.model.finetuning.network import Pretrained
    from earloop.model.protocol.metrics import Metric
    from earloop.model.protocol.protocol import Model
    from earloop.model.tasks.epochs import Epochs
    from earloop.model.tasks.own.left_out import LeftOut
    from earloop.model.tasks.splits import Split

DPI = 150


@click.command("finetune")
@click.argument("task", required=False)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="EARLOOP_REAL_DATA",
    help="Folder of real recordings or of a dataset.  [default: EARLOOP_REAL_DATA]",
)
@click.option(
    "--gaze", "wants_gaze", is_flag=True, help="For a corpus: learn the direction of gaze instead of the classes."
)
@own_data_options
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
    "--folds", type=click.IntRange(min=2), help=f"Number of folds of {', '.join(WITH_FOLDS)}.  [default: 5, 3]"
)
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
@out_option("Folder for the table, the report page, pictures and the predictions.")
@offers_fitting
def command(
    task: str | None,
    data: Path | None,
    wants_gaze: bool,
    own: OwnData | None,
    checkpoint: Path | None,
    modes: tuple[Mode, ...],
    split_name: str,
    folds: int | None,
    preset: str,
    bands: bool,
    decoder_path: Path | None,
    seed: int,
    out: Path,
) -> None:
    """Learn a task and compare with the baselines.

    TASK is a task of real recordings, a dataset, or the path of a corpus. For recordings of your own leave it out, and
    name them with --recording, --bids or --manifest.
    """
    import torch

    from earloop.cli.output.console import progress
    from earloop.cli.output.finetune_page import write_page
    from earloop.model.config import ModelError
    from earloop.model.evaluation.compare import compare, fits

    check_writable(out, ModelError)
    if decoder_path is not None:
        _check_decoder_path(decoder_path)
    epochs, left_out = _epochs(task, own, data, wants_gaze, split_name)
    pretrained = _pretrained(checkpoint, epochs)
    chosen: tuple[Mode, ...] = modes or (MODES if pretrained else ("scratch",))
    models = _models(chosen, pretrained, preset)
    if bands and set(chosen) <= {"frozen"}:
        raise ModelError("--bands needs a mode that trains by gradients: probe, full or scratch")
    splits = split_by(split_name, epochs, folds)
    with progress("fit", fits(epochs, splits, models), "fits") as advance:
        comparison = compare(epochs, splits, models, seed, advance, torch.get_num_threads())
    _write_table(comparison, out)
    saliency = _bands(epochs, models, splits[0], comparison.metrics[0], seed, out) if bands else None
    page = write_page(
        comparison, epochs, split=split_name, left_out=left_out, saliency=saliency, command=_typed(), out=out
    )
    click.echo(f"{page}: the table with confusions, learning curves and scores by person")
    if decoder_path is not None:
        _save_decoder(models, chosen[-1], epochs, seed, decoder_path)


def _epochs(
    task: str | None, own: OwnData | None, data: Path | None, wants_gaze: bool, split: str
) -> tuple[Epochs, LeftOut | None]:
    """Return the epochs of the task or of the user's own recordings, and what was left out of the latter."""
    from earloop.cli.commands.finetune_epochs import own_epochs
    from earloop.model.tasks.named import task_epochs

    if own is None:
        if task is None:
            raise click.UsageError("name a TASK, or recordings of your own with --recording, --bids or --manifest")
        return task_epochs(task, data, wants_gaze=wants_gaze), None
    if task is not None:
        raise click.UsageError(
            f"TASK {task} and recordings of your own were given; name one of them, each recording with an option of "
            "its own, or a pattern in quotes: --recording 'data/*.edf'"
        )
    return own_epochs(own, split)


def _models(modes: tuple[Mode, ...], pretrained: Pretrained | None, preset: str) -> dict[str, FineTune | FrozenProbe]:
    """Return the model of each mode, by its name in the table."""
    from earloop.model.finetuning.finetune import finetuning

    return {
        f"PiMT {mode}": finetuning(mode, None if mode == "scratch" else pretrained, preset=preset) for mode in modes
    }


def _typed() -> str:
    """Return the command as the user typed it."""
    return str(click.get_current_context().find_root().obj)


def _write_table(comparison: ModelComparison, out: Path) -> None:
    """Write the table, its picture and the predictions, and print the table."""
    import numpy as np

    from earloop.model.evaluation.comparison_figure import comparison_figure

    table = comparison.markdown()
    out.mkdir(parents=True, exist_ok=True)
    (out / "comparison.md").write_text(table + "\n", encoding="utf-8")
    comparison_figure(comparison).savefig(out / "comparison.png", dpi=DPI)
    predicted: dict[str, Any] = {trial.model: trial.predicted for trial in comparison.trials}
    np.savez_compressed(out / "predictions.npz", which=comparison.which, target=comparison.target, **predicted)
    click.echo(table)


def _keep_design(epochs: Epochs, decoder_path: Path) -> None:
    """Write the design of a decoder's tokens next to it; remove an older one if this is the reference design."""
    from earloop.spec.design import load_design
    from earloop.spec.design_file import write_design

    path = design_beside(decoder_path)
    if epochs.design is None or epochs.design.design_hash == load_design().design_hash:
        path.unlink(missing_ok=True)
        return
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


def _pretrained(checkpoint: Path | None, epochs: Epochs) -> Pretrained | None:
    """Load a checkpoint, which must have learned from tokens of the same format."""
    from earloop.model.finetuning.network import Pretrained
    from earloop.model.pretraining.checkpoint import load_encoder

    if checkpoint is None:
        return None
    encoder, info = load_encoder(checkpoint, epochs.format)
    return Pretrained(encoder, info.scale)


def _bands(
    epochs: Epochs, models: Mapping[str, Model], split: Split, metric: Metric, seed: int, out: Path
) -> BandSaliency:
    """Print which band carries the task, for the last model that was trained by gradients in the first split."""
    from earloop.model.evaluation.saliency import band_saliency
    from earloop.model.evaluation.saliency_figure import saliency_figure
    from earloop.model.finetuning.finetune import FineTune

    *_, last = (model for model in models.values() if isinstance(model, FineTune))
    predictor = last.fit(epochs, split.train, seed)
    found = band_saliency(predictor, epochs, split.train, split.test, metric, seed)
    saliency_figure(found).savefig(out / "bands.png", dpi=DPI)
    for band, share, loss in zip(found.bands, found.attribution, found.loss, strict=True):
        click.echo(f"{band:<12}{share:6.1%} of the output, {found.metric.name} {loss:+.2f} lost without it")
    return found


def _save_decoder(
    models: Mapping[str, FineTune | FrozenProbe], mode: Mode, epochs: Epochs, seed: int, path: Path
) -> None:
    """Fit the model of a mode to all epochs, and write it with its design."""
    from earloop.cli.output.console import progress
    from earloop.model.finetuning.decoder import learn_decoder
    from earloop.model.finetuning.decoder_file import save_decoder

    with progress("decoder", 1, "fits") as advance:
        save_decoder(path, learn_decoder(models[f"PiMT {mode}"], epochs, mode=mode, seed=seed))
        advance(1)
    click.echo(f"{path}: {epochs.task}, {mode}, learned from {len(epochs)} epochs")
    _keep_design(epochs, path)
