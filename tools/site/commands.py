"""A page for each command of the first level, with all below it, from the command line itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from earloop.cli.main import COMMANDS, cli
from tools.site.tables import code, table

FOLDER = "reference/generated/commands"


def pages() -> dict[str, str]:
    """The text of each page by its path in docs/."""
    lines = (f"- [`earloop {name}`](generated/commands/{name}.rst): {about}\n" for name, about in COMMANDS.items())
    return {
        f"{FOLDER}/list.inc": "".join(lines),
        "reference/generated/exit-codes.inc": _exit_codes(),
        **{f"{FOLDER}/{name}.rst": _page(name) for name in COMMANDS},
    }


def _page(name: str) -> str:
    """The page of a command; the directive gives it its heading."""
    return f".. click:: earloop.cli.commands.{name}:command\n   :prog: earloop {name}\n   :nested: full\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, without the groups."""
    yield from _below("earloop", cli, click.Context(cli))


def _below(name: str, command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for below in command.list_commands(context):
        found = command.get_command(context, below)
        if found is not None:
            yield from _below(f"{name} {below}", found, click.Context(found, context))


def _exit_codes() -> str:
    """The commands whose help says what their exit status means, with the meaning of each status."""
    said = (
        (name, re.search(r"Exit status: ([^.]*)\.", " ".join((command.help or "").split())))
        for name, command in commands()
    )
    rows = ((name, dict(re.findall(r"(\d+) (.*?)(?=, \d+ |$)", match[1]))) for name, match in said if match)
    statuses = ("0", "1", "2", "130")
    return table(
        ("command", *statuses), ((code(name), *(found.get(status, "") for status in statuses)) for name, found in rows)
    )
