"""`earloop hil run --fault` and `earloop hil faults`: bring a fault about, and list those that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from earloop.console import stdout
from earloop.fault_table import fault_table
from hil.faults.fault import Fault, parse_fault


@click.command()
def faults() -> None:
    """List the faults that can be brought about, and how each is to be noticed."""
    stdout.print(fault_table())


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
