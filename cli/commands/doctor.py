"""`earloop doctor`: list the tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from earloop.cli.doctor import ToolFound


@click.command("doctor")
def command() -> None:
    """List each tool, its version, whether it is new enough, and what does not work without it.

    The system's programs come first, then the packages of each extra, then the state of this installation.
    """
    from earloop.cli.doctor import DEVELOPERS, PROGRAMS, STATE, examine
    from earloop.cli.output.console import stdout
    from earloop.system.extras import install_command

    found = examine()
    stdout.print(_tools(PROGRAMS, found.pop(PROGRAMS)), "")
    state, developers = found.pop(STATE), found.pop(DEVELOPERS)
    stdout.print(_extras(found))
    stdout.print(f"An extra is installed by its name: {install_command('NAME')}\n", markup=False, highlight=False)
    stdout.print(_tools(DEVELOPERS, developers), "")
    stdout.print(_tools(STATE, state))


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == headings[0])
    return table


def _tools(heading: str, findings: Sequence[ToolFound]) -> Table:
    """Return one row for each tool."""
    from rich.markup import escape

    table = _table(heading, "found", "wanted", "", "without it")
    for found in findings:
        tool = found.tool
        if found.suffices:
            table.add_row(tool.name, escape(found.version or ""), tool.wanted, "[green]ok[/]", "")
        else:
            state = "too old" if found.version else "missing"
            lost = f"{tool.lost}  ({tool.cure})" + (f": {found.why}" if found.why else "")
            table.add_row(tool.name, escape(found.version or "-"), tool.wanted, f"[red]{state}[/]", escape(lost))
    return table


def _extras(groups: Mapping[str, Sequence[ToolFound]]) -> Table:
    """Return one row for each extra: its packages, and what does not work where one of them is missing."""
    table = _table("extra", "packages", "", "without it")
    for extra, findings in groups.items():
        lacking = [found for found in findings if not found.suffices]
        packages = ", ".join(_package(found) for found in findings)
        if lacking:
            state = "missing" if len(lacking) == len(findings) else "incomplete"
            table.add_row(extra, packages, f"[red]{state}[/]", lacking[0].tool.lost)
        else:
            table.add_row(extra, packages, "[green]ok[/]", "")
    return table


def _package(found: ToolFound) -> str:
    """Return a package and its version; in red if it is missing, or not of the versions that are wanted."""
    if found.suffices:
        return f"{found.tool.name} {found.version}"
    if found.version is None:
        return f"[red]{found.tool.name}[/]"
    return f"[red]{found.tool.name} {found.version}, wanted {found.tool.wanted}[/]"
