"""A verdict in a few lines, as the commands print it."""

from __future__ import annotations

from pathlib import Path

import click

from earloop.hil.judging.judge import Verdict
from earloop.hil.judging.own_in_words import own_samples_in_words
from earloop.hil.reports.summary import HTML_NAME

PRINTED = 5  # lines of a kind
EXIT_STATUS = {"pass": 0, "fail": 1, "not judged": 2, "incomplete": 2}


def exit_status(verdict: Verdict) -> int:
    """Return the exit status of a command that ends with this verdict."""
    return EXIT_STATUS[verdict.word]


def print_verdict(verdict: Verdict, out: Path) -> None:
    """Print the verdict in a few lines."""
    click.echo(
        f"{verdict.word.upper()}: {verdict.identity.kind}, {verdict.duration_s:.1f} s, "
        f"{verdict.mismatches:,} mismatches{_sqnr(verdict)}, {verdict.realtime_factor:.1f} x real time"
    )
    if verdict.run.own_samples is not None:
        for line in own_samples_in_words(verdict.run.own_samples):
            click.echo(f"  {line}")
    if verdict.fault is not None:
        click.echo(f"  {'noticed' if verdict.passed else 'not noticed'}: the fault {verdict.fault}")
    if verdict.decisions is not None:
        click.echo(f"  {verdict.decisions}")
    for note in verdict.run.notes:
        click.echo(f"  {note}")
    _print_some(verdict.reasons, "more")
    _print_some(verdict.unjudged, "more")
    _print_some([criterion.note for criterion in verdict.criteria if criterion.note], "more bands fall short")
    _print_some([f"range: {loss}" for loss in verdict.range_losses], "more beyond the range")
    _print_some([f"seems wrong: {finding}" for finding in verdict.findings], "more that seem wrong")
    click.echo(f"  {out / HTML_NAME}")


def _sqnr(verdict: Verdict) -> str:
    """Describe the SQNR of the worst band; an injected fault causes the mismatches, so no SQNR is required then."""
    if verdict.fault is not None:
        return " by the fault"
    worst = verdict.worst_band
    return f", worst SQNR {worst.worst_db:.1f} dB ({worst.band})" if worst else ", no signal in range"


def _print_some(lines: list[str], rest: str) -> None:
    for line in lines[:PRINTED]:
        click.echo(f"  {line}")
    if len(lines) > PRINTED:
        click.echo(f"  and {len(lines) - PRINTED} {rest}")
