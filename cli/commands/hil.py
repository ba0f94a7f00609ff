"""`earloop hil`: run devices, judge them, and connect them to other tools."""

from __future__ import annotations

import click

from earloop.cli.lazy_group import LazyGroup

COMMANDS = {
    "run": "Replay a recording through a device, or run a plan, and judge the result.",
    "acquire": "Let an earbud sample with its own converter, and judge the result.",
    "serve": "Show a running device on a web page, and inject faults.",
    "replay": "Repeat a run from its transcript, without the earbud.",
    "devices": "List the devices of this machine, and how they identify themselves.",
    "faults": "List the faults that can be injected, and the finding expected of each.",
    "analog": "Measure an earbud from its electrodes on, driven by a generator through an attenuator.",
    "generators": "List the signal generators of this machine.",
    "stream": "Stream a device's output on the Lab Streaming Layer.",
    "record": "Record a live LSL stream.",
    "cyton": "Serve a recording as an OpenBCI Cyton on a serial port.",
}


@click.group("hil", cls=LazyGroup, modules="earloop.cli.commands.hil_{}", summaries=COMMANDS)
def command() -> None:
    """Replay recordings through devices and judge them."""
