"""A verdict in a few lines, as the commands print it."""

from __future__ import annotations

from pathlib import Path

import click

from hil.converter.told import own_in_words
from hil.report import HTML_NAME
from hil.rig import Verdict


def print_verdict(verdict: Verdict, out: Path) -> None:
    """The verdict in a few lines."""
    measured = [quality for quality in verdict.qualities if quality.worst_db == quality.worst_db]
    worst = min(measured, key=lambda quality: quality.worst_db, default=None)
    click.echo(
        f"{'PASS' if verdict.passed else 'FAIL'}: {verdict.identity.kind}, {verdict.duration_s:.1f} s, "
        f"{verdict.mismatches:,} mismatches, "
        + (f"worst SQNR {worst.worst_db:.1f} dB ({worst.band}), " if worst else "no signal in range, ")
        + f"{verdict.realtime_factor:.1f} x real time"
    )
    if verdict.run.own is not None:
        for line in own_in_words(verdict.run.own):
            click.echo(f"  {line}")
    if verdict.fault is not None:
        click.echo(f"  {'noticed' if verdict.passed else 'not noticed'}: the fault {verdict.fault}")
    if verdict.decoded is not None:
        click.echo(f"  {verdict.decoded}")
    for reason in verdict.reasons[:5]:
        click.echo(f"  {reason}")
    if len(verdict.reasons) > 5:
        click.echo(f"  and {len(verdict.reasons) - 5} more")
    for finding in verdict.findings[:5]:
        click.echo(f"  seems wrong: {finding}")
    if len(verdict.findings) > 5:
        click.echo(f"  and {len(verdict.findings) - 5} more that seem wrong")
    click.echo(f"  {out / HTML_NAME}")
