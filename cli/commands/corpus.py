"""`earloop corpus`: show, check and export a corpus."""

from __future__ import annotations

import sys
from pathlib import Path

import click

EXIT_DAMAGED = 1

corpus_argument = click.argument("corpus", type=click.Path(path_type=Path))


@click.group("corpus")
def command() -> None:
    """Show, check and export a corpus; `earloop synth --hours` makes one."""


@command.command()
@corpus_argument
def info(corpus: Path) -> None:
    """Show what a corpus holds."""
    from earloop.recordings import open_corpus

    found = open_corpus(corpus)
    plan, seconds = found.plan, sum(planned.seconds for planned in found.finished)
    size = sum(path.stat().st_size for path in found.path.rglob("*") if path.is_file())
    for name, value in {
        "sessions": f"{len(found.finished)} of {len(plan.sessions)}",
        "hours": f"{seconds / 3600:.2f} of {plan.seconds / 3600:.2f}",
        "subjects": plan.subjects,
        "scenario": f"{plan.scenario['name']}, effect size {plan.scenario['effect_size']:g}",
        "signal": f"{', '.join(plan.design.channels)}; {plan.unit} at {plan.design.converter.rate_hz} Hz",
        "truth": "yes" if plan.truth else "no",
        "seed": plan.seed,
        "design": f"{plan.design.name}, {plan.design.design_hash}",
        "size": f"{size / 1e6:.1f} MB" + (f", {size / 1e6 * 3600 / seconds:.1f} MB an hour" if seconds else ""),
    }.items():
        click.echo(f"{name:<10}{value}")


@command.command()
@corpus_argument
def check(corpus: Path) -> None:
    """Read every file of a corpus and compare its checksum; list what is damaged or missing.

    Exit status: 0 the corpus is complete, 1 something is damaged or missing, 2 it could not be checked.
    """
    from earloop.cli.output.console import corpus_progress
    from earloop.recordings import open_corpus

    found = open_corpus(corpus)
    finished = found.finished
    complaints: list[str] = []
    with corpus_progress("check", sum(planned.seconds for planned in finished)) as advance:
        advance(seconds := 0)
        for planned in finished:
            complaints += found.damage(planned)
            advance(seconds := seconds + planned.seconds)
    for complaint in complaints:
        click.echo(complaint)
    missing = [planned.name for planned in found.plan.sessions if planned not in set(finished)]
    if missing:
        click.echo(f"{len(missing)} of {len(found.plan.sessions)} sessions missing: {_some(missing)}")
    if complaints or missing:
        click.echo("delete the damaged sessions and run the same `earloop synth` again: it makes the missing ones")
        sys.exit(EXIT_DAMAGED)
    click.echo(f"{corpus}: {len(finished)} sessions, all whole")


@command.command()
@corpus_argument
@click.option(
    "--bids", "folder", type=click.Path(path_type=Path), required=True, help="New folder for a BIDS data set."
)
@click.option("--author", "authors", multiple=True, help="Author of the data set; repeat the option for each author.")
@click.option("--license", "license_name", help="Licence of the data set, such as CC0-1.0.")
def export(corpus: Path, folder: Path, authors: tuple[str, ...], license_name: str | None) -> None:
    """Write a corpus of codes as a BIDS data set: one BDF file per session, bit for bit, with its events."""
    from earloop.cli.output.console import corpus_progress
    from earloop.recordings import open_corpus
    from earloop.recordings.bids.export import export_bids
    from earloop.recordings.bids.sidecars import NO_LICENSE

    found = open_corpus(corpus)
    with corpus_progress("export", sum(planned.seconds for planned in found.finished)) as advance:
        export_bids(found, folder, advance, authors, license_name or NO_LICENSE)
    click.echo(f"{folder}: {len(found.finished)} of {len(found.plan.sessions)} sessions")


def _some(names: list[str]) -> str:
    """List the first few names, and the number of the others."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
