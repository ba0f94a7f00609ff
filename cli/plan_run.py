"""`earloop hil run PLAN.toml`: run every case of a plan; print a table and one verdict."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from earloop.cli.main import EXIT_COULD_NOT_RUN

if TYPE_CHECKING:
    from rich.table import Table

    from earloop.hil.plan.plan import Case, Plan
    from earloop.hil.plan.run import Outcome

EXIT_FAILED = 1


def run_plan_file(path: Path, out: Path) -> int:
    """Run a plan, print its outcomes, and return the exit status."""
    from earloop.cli.output.console import stdout
    from earloop.hil.plan.plan import load_plan
    from earloop.hil.plan.run import CaseStatus, run_plan
    from earloop.hil.reports.summary import SUMMARY_NAME, check_destination

    plan = load_plan(path)
    check_destination(out)
    outcomes = run_plan(plan, out, _progress)
    stdout.print(_table(outcomes))
    for line in _channels_of_files(plan, outcomes):
        click.echo(f"  {line}")
    for outcome in outcomes:
        for reason in outcome.reasons[:3]:
            click.echo(f"  {outcome.case}: {' '.join(reason.split())}")
        if len(outcome.reasons) > 3:
            click.echo(f"  {outcome.case}: and {len(outcome.reasons) - 3} more")
    click.echo(f"  {out / SUMMARY_NAME}")
    found = {outcome.status for outcome in outcomes}
    if CaseStatus.FAIL in found:
        return EXIT_FAILED
    return EXIT_COULD_NOT_RUN if found != {CaseStatus.PASS} else 0


def _channels_of_files(plan: Plan, outcomes: list[Outcome]) -> list[str]:
    """Return a line for each recording from a file and each design: which channel is which electrode."""
    from earloop.recordings.reading.electrode_names import channels_in_words

    lines = {}
    for case, outcome in zip(plan.cases, outcomes, strict=True):
        if case.recording.file is not None and outcome.channels:
            said = channels_in_words(tuple(outcome.channels), tuple(outcome.channels.values()))
            lines[case.key.recording, case.key.design] = f"{case.key.recording}, {case.key.design}: {said}"
    return list(lines.values())


def refuse_options_beside_a_plan(context: click.Context) -> None:
    """Refuse options beside a plan, which states everything but the output folder."""
    for parameter in context.command.params:
        name = str(parameter.name)
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and name not in ("plan_path", "out"):
            raise click.UsageError(
                f"{parameter.opts[0]}: the plan states this; next to a plan, give --out alone", context
            )


def _progress(case: Case, samples: int) -> AbstractContextManager[Callable[[int], None]]:
    from earloop.cli.output.console import progress

    return progress(case.name, samples, "samples")


def _table(outcomes: list[Outcome]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("case", overflow="fold")
    table.add_column("verdict")
    for heading in ("differ", "lost", "worst SQNR, dB"):
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        verdict = outcome.status.value + (" (kept)" if outcome.kept else "")
        table.add_row(
            outcome.case,
            verdict,
            _number(outcome.mismatches),
            _number(outcome.lost_tokens),
            "" if outcome.worst_sqnr_db is None else f"{outcome.worst_sqnr_db:.1f}",
        )
    return table


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
