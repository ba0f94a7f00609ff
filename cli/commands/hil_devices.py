"""`earloop hil devices`: list the devices of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option

if TYPE_CHECKING:
    from rich.table import Table

    from earloop.hil.devices.discovery import FoundDevice
    from earloop.spec.messages import Hello


@click.command("devices")
@design_option
@click.option("--json", "as_json", is_flag=True, help="Print all facts as one JSON list.")
@click.option("--ble/--no-ble", default=True, help="Also search for Bluetooth earbuds.")
def command(design_path: Path, as_json: bool, ble: bool) -> None:
    """List the devices: those built from the sources, every serial port, and Bluetooth earbuds.

    The command asks each port for a HELLO and connects to each earbud that advertises. A port or earbud that does not
    fit the design is listed with the reason. Choose a device by --device, --serial-number, --build or --address.
    """
    from earloop.cli.output.console import stdout
    from earloop.hil.devices.discovery import ble_devices, built_devices, facts, serial_devices
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    fixed = compiled(load_design(design_path))
    found = [*built_devices(), *serial_devices(fixed), *(ble_devices(fixed) if ble else [])]
    if as_json:
        click.echo(json.dumps([facts(one) for one in found], indent=2))
        return
    stdout.print(_table(found))
    for one in found:
        if one.answer.hello is not None:
            click.echo(f"  {one.where}: {_abilities(one.answer.hello)}")
        if detail := " ".join(one.answer.detail.split()):
            name = one.where or one.kind
            click.echo(f"  {detail}" if detail.startswith(name) else f"  {name}: {detail}")


def _abilities(hello: Hello) -> str:
    """Describe what an earbud can do, from its HELLO."""
    from earloop.spec.messages import SampleSource, Tap

    taps = ", ".join(str(tap.name).lower() for tap in Tap(hello.taps))
    sources = ", ".join(str(source.name).lower() for source in SampleSource(hello.sources))
    shape = f"{hello.channels} channels, {hello.bands} bands"
    return f"protocol {hello.protocol}; {shape}; taps {taps}; samples from {sources}"


def _table(found: list[FoundDevice]) -> Table:
    from rich.table import Table

    from earloop.hil.devices.discovery import Standing

    table = Table(box=None, pad_edge=False)
    for heading in ("device", "where", "what", "serial number", "build", "design", "standing"):
        table.add_column(heading, overflow="fold")
    for one in found:
        hello = one.answer.hello
        table.add_row(
            one.kind,
            one.where,
            " ".join(part for part in (one.description, one.usb) if part),
            one.serial_number or (hello.serial.hex() if hello else ""),
            hello.build.hex() if hello else "",
            hello.design_hash.hex()[:12] if hello else "",
            one.answer.standing.value,
            style=None if one.answer.standing is Standing.READY else "dim",
        )
    return table
