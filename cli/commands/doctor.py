"""`earloop doctor`: list the tools."""

from __future__ import annotations

import click


@click.command("doctor")
def command() -> None:
    """List each tool, its version, whether it is new enough, and what does not work without it."""
    from rich.markup import escape
    from rich.table import Table

    from earloop.cli.doctor import examine
    from earloop.cli.output.console import stdout

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("tool", "found", "wanted", "", "without it"):
        table.add_column(heading)
    for finding in examine():
        tool = finding.tool
        wanted = ".".join(map(str, tool.least)) + "+"
        if finding.suffices:
            table.add_row(tool.name, finding.version, wanted, "[green]ok[/]", "")
        else:
            state = "too old" if finding.version else "missing"
            lost = f"{tool.lost}  ({tool.cure})" + (f": {finding.why}" if finding.why else "")
            table.add_row(tool.name, finding.version or "-", wanted, f"[red]{state}[/]", escape(lost))
    stdout.print(table)
