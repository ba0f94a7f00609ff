"""Options of the commands that run a device: which one, on which recording, with which fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from earloop.options import design_option, recording_options
from hil.faults.fault import Fault, parse_fault
from hil.open_device import DEVICE_KINDS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def device_options(*, required: bool) -> Decorator:
    """What is replayed, and through which device."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option(
                "--port", help="Serial port, where an earbud cannot be searched for, such as an emulator's pty."
            ),
            click.option("--address", help="Bluetooth address of the earbud, a UUID on macOS."),
            click.option("--build", help="Firmware build of the earbud, where several are plugged in."),
            click.option("--serial-number", help="Of one of several earbuds: USB's, the chip's; its BLE name."),
            click.option(
                "--image",
                type=click.Path(path_type=Path),
                help="Firmware ELF or RTL runner to test instead of the tree's.",
            ),
            design_option,
            replayed_options(required=required),
            click.option(
                "--device",
                "kind",
                type=click.Choice(DEVICE_KINDS),
                required=required,
                callback=None if required else _needed_without_a_plan,
                help="Device under test.",
            ),
        ):
            function = option(function)
        return function

    return add


def replayed_options(*, required: bool = True) -> Decorator:
    """Which recording, and how it is read."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        function = click.option("--stream", help="Stream of an XDF file, by name, type or number.")(function)
        function = recording_options(function)
        return click.option(
            "--recording",
            "recording_path",
            type=click.Path(path_type=Path),
            required=required,
            callback=None if required else _needed_without_a_plan,
            help="A session (*.zarr), BDF, EDF, BrainVision, CSV or XDF file.",
        )(function)

    return add


def fault_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--fault KIND[:CHANNEL,..]`."""
    return click.option(
        "--fault",
        callback=_parsed,
        metavar="KIND[:CHANNEL,..]",
        help="Bring a fault about, and see whether it is noticed; `earloop hil faults` lists them.",
    )(function)


def _parsed(context: click.Context, parameter: click.Parameter, value: str | None) -> Fault | None:
    return None if value is None else parse_fault(value)


def _needed_without_a_plan(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """The value of an option that only a plan makes superfluous."""
    if value is None and context.params.get("plan_path") is None:
        raise click.MissingParameter(ctx=context, param=parameter)
    return value
