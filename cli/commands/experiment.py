"""`earloop experiment`: run an experiment on the model, and write its table and figure."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from earloop.cli.options.files import out_option
from earloop.model.experiments.budget import BUDGETS
from earloop.model.experiments.catalogue import EXPERIMENTS
from earloop.system.whole import check_writable

REAL_DATA = "EARLOOP_REAL_DATA"


@click.command("experiment", short_help="Answer a question about the model.")
@click.argument("name", type=click.Choice(list(EXPERIMENTS)))
@click.option(
    "--budget", type=click.Choice(list(BUDGETS)), default="laptop", show_default=True, help="Size of the experiment."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--real",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar=REAL_DATA,
    help=f"Folder of real recordings; without it the synthetic tasks alone.  [env: {REAL_DATA}]",
)
@click.option(
    "--task",
    "only",
    multiple=True,
    help='Task to run, as the table names it, such as "synthetic gaze"; may be given several times.  [default: all]',
)
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    default=Path("out/experiments"),
    show_default=True,
    help="Folder in which corpora and checkpoints are kept for the next experiment.",
)
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Of PyTorch.")
@out_option("Folder for NAME.md, NAME.png and NAME.json.")
def command(
    name: str, budget: str, seed: int, real: Path | None, only: tuple[str, ...], work: Path, threads: int, out: Path
) -> None:
    """Run an experiment; the next one reuses its corpora and checkpoints."""
    import torch

    from earloop.cli.output.console import progress
    from earloop.model.config import ModelError
    from earloop.model.experiments.budget import budget_of
    from earloop.model.experiments.setting import Setting

    check_writable(out, ModelError)
    check_writable(work, ModelError)
    torch.set_num_threads(threads)
    started = time.perf_counter()
    setting = Setting(folder=work, budget=budget_of(budget), real=real, seed=seed, stage=progress, only=only)
    report = EXPERIMENTS[name].run(setting)
    minutes = (time.perf_counter() - started) / 60
    facts = {
        "command": " ".join(
            [f"earloop experiment {name} --budget {budget} --seed {seed}", *(f'--task "{task}"' for task in only)]
        ),
        "real recordings": "yes" if real else "no",
        "duration": f"{minutes:.1f} min on {threads} thread{'s' if threads > 1 else ''} of {os.cpu_count()}",
    }
    paths = report.write(out, facts)
    click.echo(report.markdown())
    click.echo(f"wrote {', '.join(str(path) for path in paths)}", err=True)
