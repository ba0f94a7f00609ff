"""`earloop recording info`: what a recording file holds."""

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
    """Look at recording files."""


@command.command("info")
@recording_argument()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def info(recording: RecordingFile, as_json: bool) -> None:
    """Say what a file holds: format, streams, channels, unbroken parts, events, and what would be refused.

    Exit status: 0 it would be read, 2 it would be refused with these options.
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
