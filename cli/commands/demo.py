"""`earloop demo`: run the whole loop once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from earloop.cli.options.files import design_option, out_option


@click.command("demo")
@design_option
@out_option("Folder for the session, the checkpoint, the reports and summary.json.")
def command(design_path: Path, out: Path) -> None:
    """Run the whole loop once, from synthetic body to verdict.

    Exit status: 0 every device passes, 1 a device does not pass, 2 it could not run.
    """
    from earloop.cli.demo import DEVICES, Demo
    from earloop.cli.output.demo_page import PAGE_NAME
    from earloop.hil.reports.summary import SUMMARY_NAME
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    summary = Demo(compiled(load_design(design_path)), out, click.echo).run()
    click.echo("")
    for kind in DEVICES:
        found = summary[kind]
        click.echo(
            f"{kind:<9} {found['verdict']}: {found['tokens']:,} tokens, {found['mismatches']:,} mismatches, "
            f"{found['realtime_factor']:.1f} x real time"
        )
    worst = summary["worst_sqnr"]
    trained = summary["pretrain"]
    click.echo(f"float     every band at {worst['db']:.1f} dB SQNR or better (lowest: {worst['band']})")
    first, last = trained["held_out_loss_first"], trained["held_out_loss_last"]
    click.echo(
        f"pretrain  loss on {trained['held_out']} {first:.2f} -> {last:.2f} ({last / first - 1:+.0%}) "
        f"in {trained['steps']} steps"
    )
    click.echo(f"          {out / SUMMARY_NAME}, {out / PAGE_NAME}")
    sys.exit(0 if all(summary[kind]["verdict"] == "pass" for kind in DEVICES) else 1)
