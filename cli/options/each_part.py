"""Run a command on each unbroken part of a recording, one after another."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from earloop.cli.main import EXIT_COULD_NOT_RUN
from earloop.cli.options.recording_file import RecordingFile
from earloop.spec.errors import EarloopError


def for_each_part(command: Callable[..., Any], recording: RecordingFile, *positional: Any, **values: Any) -> None:
    """Run a command once for each part, with a numbered `out`; a part that cannot be read does not stop the others.

    The process exits with the highest status of all parts.
    """
    parts, worst = recording.parts(), 0
    for part in parts:
        number = part.options.part
        if len(parts) > 1:
            click.echo(f"part {number} of {len(parts)}:")
        mine = {**values, "out": numbered(values["out"], number)} if len(parts) > 1 and "out" in values else values
        try:
            command(*positional, recording=part, **mine)
        except SystemExit as end:
            worst = max(worst, int(end.code or 0))
        except EarloopError as error:
            click.echo(f"error: part {number}: {error}", err=True)
            worst = EXIT_COULD_NOT_RUN
    sys.exit(worst)


def numbered(out: Path, number: int | None) -> Path:
    """Return a path with the number of a part: `out/run-part-2`, `a-part-2.csv`."""
    return out.with_name(f"{out.stem}-part-{number}{out.suffix}")
