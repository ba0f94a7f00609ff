"""`earloop hil generators`: list the signal generators."""

from __future__ import annotations

import click


@click.command("generators")
def command() -> None:
    """List the signal generators of this machine: VISA resources and sound devices."""
    from earloop.hil.analog.sound_card import list_outputs
    from earloop.hil.analog.visa import list_resources
    from earloop.spec.errors import EarloopError

    for resource in list_resources():
        click.echo(f"visa:{resource}")
    try:
        for name in list_outputs():
            click.echo(f"sound:{name}")
    except EarloopError as error:
        click.echo(f"  {error}")
    click.echo("simulated")
