"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from earloop.recording_file import RecordingFile
from recordings.limits import DEFAULT_MAX_GB

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


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
    command = click.option("--rate", "rate_hz", type=float, help="Sampling rate in Hz; a CSV file needs it.")(command)
    return click.option("--channels", callback=_names, help="Channels to take, in this order: A,B,C.")(command)


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Those of `recording_options`, `--stream NAME` and `--max-gb N`: how to read a recording's file."""
    command = click.option(
        "--max-gb",
        type=float,
        default=DEFAULT_MAX_GB,
        show_default=True,
        help="Memory that a recording's samples may take, in GB.",
    )(command)
    command = click.option("--stream", help="Stream of an XDF file, by name, type or number.")(command)
    return recording_options(command)


def recording_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """RECORDING and how it is read, as `recording`."""
    kind = click.Path(path_type=Path)
    return click.argument("recording_path", metavar="RECORDING", type=kind)(file_options(as_recording(function)))


def as_recording(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command `recording_path` and `file_options` as `recording`, a RecordingFile; None without a path."""
    return as_one("recording", ["recording_path", "rate_hz", "channels", "stream", "max_gb"], _recording)(function)


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
    from spec.design import DEFAULT_DESIGN_PATH

    return DEFAULT_DESIGN_PATH


def _recording(recording_path: Path | None, **how: Any) -> RecordingFile | None:
    return None if recording_path is None else RecordingFile(recording_path, **how)


def _names(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else None
