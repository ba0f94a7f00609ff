"""`earloop sim`: the simulated earbud as a system."""

from __future__ import annotations

import click

from earloop.cli.lazy_group import LazyGroup

COMMANDS = {
    "timeline": "Latency, losses and battery life of raw, band and token streaming.",
    "view": "A session for the eye: traces, events, spectra, contacts.",
}


@click.group("sim", cls=LazyGroup, modules="earloop.cli.commands.sim_{}", summaries=COMMANDS)
def command() -> None:
    """Simulate the earbud as a system."""
