"""`earloop pretrain`: pretrain an encoder with the six objectives."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from earloop.cli.ctrl_c import ended_by_ctrl_c
from earloop.cli.main import EXIT_INTERRUPTED
from earloop.cli.options.files import as_recording_files, design_option, file_options, out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.kept_arguments import KeptArguments, given_arguments
from earloop.cli.options.recording_file import RecordingFile
from earloop.cli.options.training import machine_options, setting_options
from earloop.cli.output.pretraining_lines import (
    result_lines,
    resumed_lines,
    resuming_command,
    say,
    show_validation,
)
from earloop.model.config import Machines, ModelError, PretrainConfig
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.model.config import ModelConfig
    from earloop.model.pretraining.checkpoint import CheckpointInfo
    from earloop.model.pretraining.course import Watch
    from earloop.model.pretraining.start import InitialWeights
    from earloop.model.tokens.corpus_tokens import CorpusTokens
    from earloop.model.tokens.token_stream import TokenStream
    from earloop.spec.design import Design


@click.command("pretrain", cls=KeptArguments)
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
@setting_options
@machine_options
@click.option(
    "--init",
    type=click.Path(path_type=Path),
    help="Begin with the weights of this checkpoint, a file or its folder, which must have learned from tokens of the "
    "same shape, bands and rate. The optimiser, the steps and the scale of the bands begin anew.",
)
@click.option(
    "--other-electrodes",
    is_flag=True,
    help="Let --init take a checkpoint of electrodes with other names, each in the place of the one at its position.",
)
@click.option(
    "--probe",
    metavar="TASK",
    help="At each validation, score a linear model on the frozen encoder's features: a TASK of `earloop finetune`.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="EARLOOP_REAL_DATA",
    help="Folder of the recordings of --probe.  [default: EARLOOP_REAL_DATA]",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Continue from the checkpoint in --out, with its settings. Those that are given must be the same, but for "
    "--steps, which may be more.",
)
@click.option("--overwrite", is_flag=True, help="Replace the checkpoint in --out.")
@out_option("Folder for the checkpoint, and for curves that TensorBoard shows.")
@click.pass_context
@offers_fitting
def command(
    context: click.Context,
    corpus: Path | None,
    recordings: list[RecordingFile],
    design_path: Path,
    asked: dict[str, Any],
    machines: Machines,
    init: Path | None,
    other_electrodes: bool,
    probe: str | None,
    data: Path | None,
    resume: bool,
    overwrite: bool,
    out: Path,
) -> None:
    """Pretrain PiMT-Mamba on the tokens of a corpus, or of recordings.

    A tenth of the people is held out for validation, at least one; without several people, a tenth of the sessions or
    recordings. Without --design, the design is that of the corpus, of the checkpoint of `--resume` or `--init`, or the
    reference design.

    Ctrl-C, or SIGTERM, saves a checkpoint after the running step, prints the command that resumes the run, and exits
    with 130; a second one ends the command at once.
    """
    from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_info
    from earloop.model.pretraining.planning import plan_run

    _check_choices(context, corpus, recordings)
    check_writable(out, ModelError)
    begun = load_info(out / CHECKPOINT_NAME) if resume else None
    design = _design(context, corpus, begun, init)
    start = None if init is None else _start(init, design, other_electrodes=other_electrodes)
    config, model = plan_run(design, asked, begun=begun, start=start, out=out)
    watch = None if probe is None else _watch(probe, data, design, model)
    say((*(start.notes if start else ()), *resumed_lines(begun, config, probed=probe is not None)))
    streams, name = _tokens(corpus, recordings, design)
    resuming = resuming_command(given_arguments(context))
    info, interrupted = _trained(
        *(streams, out, config, model),
        resuming=resuming,
        corpus=name,
        machines=machines,
        start=start,
        watch=watch,
        resume=resume,
        overwrite=overwrite,
    )
    say(result_lines(info, out))
    if interrupted and len(info.losses) < config.steps and not info.out_of_patience:
        say((f"interrupted after {len(info.losses)} of {config.steps} steps, which are saved; to go on:", resuming))
        _exit_interrupted()


def _check_choices(context: click.Context, corpus: Path | None, recordings: list[RecordingFile]) -> None:
    """Raise UsageError where options exclude each other."""
    chosen = context.params
    if (corpus is None) == (not recordings):
        again = " of the run again: its checkpoint does not hold them" if chosen["resume"] else ""
        raise click.UsageError(f"give either --corpus or --recording{again}", context)
    for one, other in (("resume", "overwrite"), ("resume", "init")):
        if chosen[one] and chosen[other]:
            raise click.UsageError(f"give either --{one} or --{other}", context)
    if chosen["other_electrodes"] and chosen["init"] is None:
        raise click.UsageError("--other-electrodes is for --init CHECKPOINT", context)


def _design(context: click.Context, corpus: Path | None, begun: CheckpointInfo | None, init: Path | None) -> Design:
    """Return the design that is given; else that of the corpus, of the checkpoint, or the reference design."""
    from earloop.model.pretraining.checkpoint import load_info
    from earloop.model.pretraining.planning import design_of
    from earloop.recordings import open_corpus
    from earloop.spec.design import load_design

    if context.get_parameter_source("design_path") is not ParameterSource.DEFAULT:
        return load_design(context.params["design_path"])
    if corpus is not None:
        return open_corpus(corpus).plan.design
    info = begun if init is None else load_info(init)
    return (None if info is None else design_of(info)) or load_design(context.params["design_path"])


def _start(init: Path, design: Design, *, other_electrodes: bool) -> InitialWeights:
    from earloop.model.pretraining.start import start_from
    from earloop.model.tokens.token_stream import TokenFormat

    return start_from(init, TokenFormat.of(design), design.tokens.window_patches, other_electrodes=other_electrodes)


def _watch(probe: str, data: Path | None, design: Design, model: ModelConfig) -> Watch:
    from earloop.model.finetuning.watch import linear_probe
    from earloop.model.tasks.named import task_epochs
    from earloop.model.tokens.token_stream import TokenFormat

    return linear_probe(task_epochs(probe, data), TokenFormat.of(design), model)


def _tokens(
    corpus: Path | None, recordings: list[RecordingFile], design: Design
) -> tuple[tuple[TokenStream, ...], str]:
    """Return the streams to learn from, and the id of their corpus."""
    from earloop.model.tokens.tokenize import tokenize

    if corpus is None:
        return tuple(tokenize(file.read_for(design), design, name=file.name) for file in recordings), ""
    tokens = _corpus_tokens(corpus, design)
    return tokens.streams, tokens.corpus_id


def _corpus_tokens(path: Path, design: Design) -> CorpusTokens:
    from earloop.cli.output.console import corpus_progress
    from earloop.model.tokens.corpus_tokens import corpus_tokens
    from earloop.recordings import open_corpus

    finished = open_corpus(path, design).finished
    with corpus_progress("tokenise", sum(planned.seconds for planned in finished)) as advance:
        return corpus_tokens(path, design, advance=advance)


def _trained(
    streams: tuple[TokenStream, ...],
    out: Path,
    config: PretrainConfig,
    model: ModelConfig,
    *,
    resuming: str,
    **options: Any,
) -> tuple[CheckpointInfo, bool]:
    """Train; return the information of the last checkpoint, and whether a signal ended the training.

    A second signal interrupts at once: the command that resumes is printed, and KeyboardInterrupt raised.
    """
    from earloop.cli.output.console import training_progress
    from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_info
    from earloop.model.pretraining.trainer import pretrain

    done = len(load_info(out).losses) if options["resume"] else 0
    with training_progress(config.steps, done) as advance, ended_by_ctrl_c(signal.SIGTERM) as ended:
        try:
            info = pretrain(
                *(streams, out, config, model),
                advance=lambda loss: advance(loss) and not ended(),
                validated=lambda validation: show_validation(validation, config.patience),
                **options,
            )
        except KeyboardInterrupt:
            if (out / CHECKPOINT_NAME).exists():
                say(("interrupted at once; the last checkpoint is kept; to go on:", resuming))
            raise
    return info, ended()


def _exit_interrupted() -> None:
    """Exit as an interrupted command; Fabric kills the first process where another one has a status but 0."""
    from lightning_fabric.utilities.rank_zero import rank_zero_only

    sys.exit(0 if getattr(rank_zero_only, "rank", 0) else EXIT_INTERRUPTED)
