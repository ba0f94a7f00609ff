"""The output of `earloop recording info`."""

from __future__ import annotations

import click
from rich.table import Table
from rich.text import Text

from earloop.cli.output.console import stdout
from earloop.recordings import FileInfo
from earloop.system.text import visible

EVENTS_LISTED = 20


def print_info(info: FileInfo) -> None:
    """Print the facts, one a line, then tables of channels and parts, then events, notes and reasons for a refusal."""
    click.echo(f"{visible(info.path)}: {info.format}, {info.duration_s:.3f} s in {_counted(len(info.parts), 'part')}")
    for stream in info.streams:
        chosen = " (read)" if info.stream is not None and stream.startswith(info.stream) else ""
        click.echo(f"  stream {visible(stream)}{chosen}")
    _print_channels(info)
    if len(info.parts) > 1:
        _print_parts(info)
    _print_events(info)
    for note in info.notes:
        click.echo(f"note: {visible(note)}")
    for reason in info.refused:
        click.echo(f"refused: {visible(reason)}")


def _print_channels(info: FileInfo) -> None:
    table = Table("channel", "unit", "Hz", "read", box=None, pad_edge=False, header_style="bold")
    for channel in info.channels:
        read = "yes" if channel.read else f"no: {channel.why_not or 'not unless named'}"
        cells = (channel.name, channel.unit, f"{channel.rate_hz:g}", read)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    stdout.print(table)


def _print_parts(info: FileInfo) -> None:
    table = Table("part", "from", "seconds", "before it", box=None, pad_edge=False, header_style="bold")
    for part in info.parts:
        cells = (str(part.number), f"{part.start_s:.3f} s", f"{part.duration_s:.3f}", part.break_before)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    stdout.print(table)


def _print_events(info: FileInfo) -> None:
    if not info.events:
        click.echo("no events")
        return
    listed = [f"{count} x {visible(label)}" for label, count in list(info.events.items())[:EVENTS_LISTED]]
    more = f" and {len(info.events) - EVENTS_LISTED} more kinds" if len(info.events) > EVENTS_LISTED else ""
    click.echo(f"events: {', '.join(listed)}{more}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
