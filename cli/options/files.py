"""Options for the files that a command reads and writes: design, recording, output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from earloop.cli.options.each_part import for_each_part
from earloop.cli.options.recording_file import RecordingFile
from earloop.recordings.reading.limits import DEFAULT_MAX_GB
from earloop.recordings.reading.options import GAPS, ReadOptions

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
SPLIT = "split"

_READ_OPTIONS = [option.name for option in fields(ReadOptions)]
_OF_FILE = (
    click.option("--stream", help="Stream of an XDF file, by name, type or number."),
    click.option("--board", help="BrainFlow's name or number of the board, for a table that BrainFlow wrote."),
    click.option(
        "--max-gb",
        type=float,
        default=DEFAULT_MAX_GB,
        show_default=True,
        help="Memory that a recording's samples may take, in GB.",
    ),
    click.option(
        "--gaps",
        type=click.Choice([*GAPS, SPLIT]),
        default="refuse",
        show_default=True,
        help="What to do with a recording that breaks off and goes on: refuse it, fill its gaps with NaN, or split it "
        "and run once for each part.",
    ),
    click.option(
        "--part", type=click.IntRange(min=1), help="Only this unbroken part; `earloop recording info` lists them."
    ),
)
_WINDOW = (
    click.option("--start", "start_s", type=click.FloatRange(min=0), help="Read from this second of the file on."),
    click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Read only so many seconds."),
)


def design_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--design FILE`."""
    return click.option(
        "--design",
        "design_path",
        type=click.Path(path_type=Path),
        default=_reference_design,
        show_default="the reference design",
        help="Design file of the earbud.",
    )(command)


def recording_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--rate HZ` and `--channels A,B,...`, which say how to read a recording."""
    command = click.option(
        "--rate", "rate_hz", type=float, help="Sampling rate in Hz; a plain table needs it, other files know theirs."
    )(command)
    return click.option("--channels", callback=_names, help="Channels to take, in this order: A,B,C.")(command)


def file_options(*, window: bool = True) -> Decorator:
    """How to read a recording's file: rate, channels, stream, board, memory, gaps, part; and which seconds of it, where
    the command has no `--seconds` of its own."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed((*_OF_FILE, *(_WINDOW if window else ()))):
            command = option(command)
        return recording_options(command)

    return add


def recording_argument(*, window: bool = True) -> Decorator:
    """RECORDING and how it is read, as `recording`."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        options = file_options(window=window)(as_recording(function, window=window))
        return click.argument("recording_path", metavar="RECORDING", type=click.Path(path_type=Path))(options)

    return add


def as_recording(function: Callable[..., Any], *, window: bool = True) -> Callable[..., Any]:
    """Hand a command `recording_path` and `file_options` as `recording`, a RecordingFile; None without a path.

    With `--gaps split` the command runs once for each unbroken part, and writes each beside the path that it was given.
    """

    @wraps(function)
    def gathered(*positional: Any, recording_path: Path | None, **values: Any) -> Any:
        make = _taken_from(values, window=window)
        recording = None if recording_path is None else make(recording_path)
        if recording is not None and recording.split:
            return for_each_part(function, recording, *positional, **values)
        return function(*positional, recording=recording, **values)

    return gathered


def as_recording_files(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command `recording_paths` and `file_options` as `recordings`, RecordingFiles; `--gaps split` makes one of
    each part."""

    @wraps(function)
    def gathered(*positional: Any, recording_paths: tuple[Path, ...], **values: Any) -> Any:
        make = _taken_from(values)
        files = [make(path) for path in recording_paths]
        recordings = [part for file in files for part in (file.parts() if file.split else (file,))]
        return function(*positional, recordings=recordings, **values)

    return gathered


def out_option(kind: str) -> Decorator:
    """`--out PATH`."""
    return click.option("--out", type=click.Path(path_type=Path), required=True, help=kind)


def as_one(name: str, options: list[str], make: Callable[..., Any]) -> Decorator:
    """Hand a command what `make` makes of these options, under one name."""

    def gather(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def gathered(*positional: Any, **values: Any) -> Any:
            made = make(**{option: values.pop(option) for option in options})
            return function(*positional, **values, **{name: made})

        return gathered

    return gather


def _reference_design() -> Path:
    from earloop.spec.design import DEFAULT_DESIGN_PATH

    return DEFAULT_DESIGN_PATH


def _taken_from(values: dict[str, Any], *, window: bool = True) -> Callable[[Path], RecordingFile]:
    """Take `file_options` out of a command's values; what is left makes a RecordingFile of a path by them."""
    taken = [name for name in _READ_OPTIONS if name in values and (window or name not in ("start_s", "seconds"))]
    how = {name: values.pop(name) for name in taken}
    split = how["gaps"] == SPLIT
    options = ReadOptions(**{**how, "gaps": "refuse" if split else how["gaps"]})
    return lambda path: RecordingFile(path, options, split)


def _names(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else None
