"""`earloop sim`: simulate the earbud as a system, and draw sessions."""

from __future__ import annotations

import click

from earloop.cli.lazy_group import LazyGroup

COMMANDS = {
    "timeline": "Simulate latency, losses and battery life of streaming.",
    "view": "Draw a session: traces, events, spectra, contacts.",
}


@click.group("sim", cls=LazyGroup, modules="earloop.cli.commands.sim_{}", summaries=COMMANDS)
def command() -> None:
    """Simulate the earbud as a system, and draw sessions."""
