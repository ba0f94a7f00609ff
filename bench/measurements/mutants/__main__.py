"""`python -m bench.measurements.mutants` plants faults on both sides, or on one, and lists those that no test found."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench.measurements.mutants import SIDES, report, try_side
from earloop.cli.output.console import progress
from earloop.spec.errors import EarloopError


@click.command()
@click.argument("side", required=False, type=click.Choice(tuple(SIDES)))
@click.option("--count", default=200, show_default=True, help="Mutants that build, on each side.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same mutants.")
@click.option("--jobs", default=2, show_default=True, help="Mutants tried at once.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the page of survivors here.")
def main(side: str | None, count: int, seed: int, jobs: int, out: Path | None) -> None:
    """Plant faults in the Verilog (rtl) and the C (firmware), one at a time, and count those that the tests find."""
    results = {}
    try:
        for name in (side,) if side else tuple(SIDES):
            with progress(name, count, "mutants") as advance:
                results[name] = try_side(name, count, seed, jobs=jobs, advance=advance)
    except EarloopError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    for what, value, against, target in (row.cells() for row in report.rows(results)):
        click.echo(f"{what}: {value} of {against}; {target}")
    text = report.page(results, seed)
    if out:
        out.write_text(text, encoding="utf-8")
        click.echo(f"wrote {out}", err=True)
    else:
        click.echo(text)


if __name__ == "__main__":
    main()
