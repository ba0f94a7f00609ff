"""`earloop hil faults`: the faults that can be brought about, and how each is to be noticed."""

from __future__ import annotations

import click


@click.command("faults")
def command() -> None:
    """List the faults that can be brought about, and how each is to be noticed."""
    from earloop.cli.output.console import stdout
    from earloop.cli.output.fault_table import fault_table

    stdout.print(fault_table())
