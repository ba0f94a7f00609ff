"""A group of commands whose modules are imported when a command is used: `--help` imports none of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are functions named `command`, each in its own module.

    Parameters
    ----------
    modules : name of a command's module, with `{}` for the command
    summaries : what each command does, in the order of the help page
    """

    def __init__(self, *arguments: Any, modules: str, summaries: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._modules, self._summaries = modules, summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, sorted, without importing any."""
        return sorted(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return the command; None if there is none of that name."""
        if cmd_name not in self._summaries:
            return None
        found: click.Command = importlib.import_module(self._modules.format(cmd_name)).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summaries to the help page, in their own order."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
