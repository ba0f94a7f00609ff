"""`earloop recording`: show what a recording file holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import recording_argument
from earloop.cli.options.recording_file import RecordingFile

if TYPE_CHECKING:
    pass


@click.group("recording")
def command() -> None:
    """Show what recording files hold."""


@command.command("info")
@recording_argument()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(recording: RecordingFile, as_json: bool) -> None:
    """Show what a file holds: format, streams, channels, unbroken parts, events, and reasons for a refusal.

    Exit status: 0 these options read it, 2 it is refused with these options.
    """
    from earloop.cli.output.recording_lines import print_info
    from earloop.recordings import describe_file

    found = describe_file(recording.path, recording.options)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        print_info(found)
    if found.refused:
        click.get_current_context().exit(2)
