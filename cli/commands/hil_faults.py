"""`earloop hil faults`: list the faults that can be injected."""

from __future__ import annotations

import click


@click.command("faults")
def command() -> None:
    """List the faults that can be injected, and the finding expected of each."""
    from earloop.cli.output.console import stdout
    from earloop.cli.output.fault_table import fault_table

    stdout.print(fault_table())
