"""The command `earloop`: finds the module of a subcommand only when it is asked for, and turns errors into one line."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from spec.errors import EarloopError

COMMANDS = {
    "demo": "The whole loop once, from synthetic body to verdict.",
    "doctor": "Which tools are here, whether they suffice, and what is lost without them.",
    "hil": "Replay recordings through devices and judge them.",
    "pretrain": "Pretrain PiMT-Mamba on the tokens of recordings.",
    "spec": "Check, show and generate from the design file.",
    "synth": "Synthesise a session at the electrodes or at the converter.",
}
EXIT_COULD_NOT_RUN = 2


class _LazyGroup(click.Group):
    """A group whose commands live in `earloop.commands.<name>` as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"earloop.commands.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="earloop")
def cli() -> None:
    """Hardware-in-the-loop simulation and firmware co-design for ear-worn ExG."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; exits with 2 and one line when something given to it is wrong."""
    try:
        cli.main(arguments, prog_name="earloop")
    except EarloopError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        sys.exit(EXIT_COULD_NOT_RUN)
