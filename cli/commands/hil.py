"""`earloop hil`: a recording through a device, to a verdict or to the tools of others."""

from __future__ import annotations

import click

from earloop.cli.lazy_group import LazyGroup

COMMANDS = {
    "run": "Replay a recording through a device, or run a plan, to a verdict.",
    "acquire": "Let an earbud take samples from its own converter, and judge them.",
    "serve": "Watch a device run on a page, and hurt it.",
    "replay": "Repeat a run without its earbud, from the transcript of it.",
    "devices": "List the devices that are here, and who they say they are.",
    "faults": "List the faults that can be brought about, and how each is to be noticed.",
    "analog": "Measure an earbud behind its electrodes, driven by a generator through an attenuator.",
    "generators": "List the generators that are here.",
    "stream": "Stream what a device makes of a recording on the Lab Streaming Layer.",
    "record": "Record a live LSL stream.",
    "cyton": "Serve a recording as an OpenBCI Cyton on a serial port.",
}


@click.group("hil", cls=LazyGroup, modules="earloop.cli.commands.hil_{}", summaries=COMMANDS)
def command() -> None:
    """Replay recordings through devices and judge them."""
