"""Options for the files that a command reads and writes: design, recording, output."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from earloop.cli.options.each_part import for_each_part
from earloop.cli.options.recording_file import RecordingFile
from earloop.recordings.reading.limits import DEFAULT_MAX_GB
from earloop.recordings.reading.options import GAPS, ReadOptions

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
SPLIT = "split"
PAIR = re.compile(r"(?P<file>.+?)=\s*(?P<electrode>[A-Za-z][A-Za-z0-9_]*)\s*(,|$)")

_READ_OPTIONS = [option.name for option in fields(ReadOptions)]
_OF_FILE = (
    click.option("--stream", help="Stream of an XDF file, by name, type or number."),
    click.option("--board", help="Board of a table that BrainFlow wrote: BrainFlow's name or number of it."),
    click.option(
        "--max-gb",
        type=float,
        default=DEFAULT_MAX_GB,
        show_default=True,
        help="Largest size of a recording's samples in memory, in GB.",
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
        "--part",
        type=click.IntRange(min=1),
        help="Read this unbroken part alone; `earloop recording info` lists the parts.",
    ),
)
_WINDOW = (
    click.option(
        "--start", "start_s", type=click.FloatRange(min=0), help="Start at this second of the file.  [default: 0]"
    ),
    click.option(
        "--seconds", type=click.FloatRange(min=0, min_open=True), help="Read this many seconds.  [default: to the end]"
    ),
)


def design_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--design FILE|NAME`, as `design_path`, the path of a file."""
    return click.option(
        "--design",
        "design_path",
        type=click.Path(path_type=Path),
        default=_reference_design,
        callback=_design_file,
        metavar="FILE|NAME",
        show_default="the reference design",
        help="Design of the earbud: a file, or the name of a shipped design; `earloop spec list` lists them.",
    )(command)


def recording_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--rate HZ`, `--channels A,B,...` and `--map FILE_NAME=ELECTRODE,...`, the last as `renames`."""
    command = click.option(
        "--map",
        "renames",
        multiple=True,
        callback=_renames,
        metavar="FILE_NAME=ELECTRODE,..",
        help="Which channel of the file is which electrode of the design: EarL1=T7,EarR1=T8; may be repeated.",
    )(command)
    command = click.option(
        "--rate",
        "rate_hz",
        type=float,
        help="Sampling rate in Hz, for a table without one; other files state their rate.",
    )(command)
    return click.option(
        "--channels",
        callback=_names,
        help="Channels to read, in this order: A,B,C. A list as long as the design's list of electrodes "
        "says which channel is which electrode, in the design's order.  [default: all]",
    )(command)


def file_options(*, window: bool = True) -> Decorator:
    """Add the options that say how to read a file; `window` adds `--start` and `--seconds`."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed((*_OF_FILE, *(_WINDOW if window else ()))):
            command = option(command)
        return recording_options(command)

    return add


def recording_argument(*, window: bool = True) -> Decorator:
    """Add the argument RECORDING and the options that say how to read it, as `recording`, a RecordingFile."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        options = file_options(window=window)(as_recording(function, window=window))
        return click.argument("recording_path", metavar="RECORDING", type=click.Path(path_type=Path))(options)

    return add


def as_recording(function: Callable[..., Any], *, window: bool = True) -> Callable[..., Any]:
    """Pass `recording_path` and `file_options` to a command as `recording`, a RecordingFile; None without a path.

    With `--gaps split` the command runs once for each unbroken part, and each part gets an output path of its own.
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
    """Pass `recording_paths` and `file_options` to a command as `recordings`, a list of RecordingFiles.

    With `--gaps split` each unbroken part of a file is one of them.
    """

    @wraps(function)
    def gathered(*positional: Any, recording_paths: tuple[Path, ...], **values: Any) -> Any:
        make = _taken_from(values)
        files = [make(path) for path in recording_paths]
        recordings = [part for file in files for part in (file.parts() if file.split else (file,))]
        return function(*positional, recordings=recordings, **values)

    return gathered


def out_option(kind: str) -> Decorator:
    """Add `--out PATH`, with the kind of output as its help."""
    return click.option("--out", type=click.Path(path_type=Path), required=True, help=kind)


def as_one(name: str, options: list[str], make: Callable[..., Any]) -> Decorator:
    """Pass the value that `make` computes from these options to a command, under one name."""

    def gather(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def gathered(*positional: Any, **values: Any) -> Any:
            made = make(**{option: values.pop(option) for option in options})
            return function(*positional, **values, **{name: made})

        return gathered

    return gather


def design_beside(decoder: Path) -> Path:
    """Return the path at which `earloop finetune` writes the design of a decoder that has not the reference design."""
    return decoder.with_suffix(".design.toml")


def design_for(chosen: Path, decoder: Path | None) -> Path:
    """Return the design that the user names; without one, the design next to the decoder; else the reference design."""
    context = click.get_current_context()
    if decoder is None or context.get_parameter_source("design_path") is not ParameterSource.DEFAULT:
        return chosen
    beside = design_beside(decoder)
    if not beside.is_file():
        return chosen
    click.echo(f"design: {beside}, that of the decoder", err=True)
    return beside


def _reference_design() -> Path:
    from earloop.spec.design import DEFAULT_DESIGN_PATH

    return DEFAULT_DESIGN_PATH


def _design_file(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    from earloop.spec.shipped import design_file

    return design_file(value)


def _taken_from(values: dict[str, Any], *, window: bool = True) -> Callable[[Path], RecordingFile]:
    """Remove `file_options` from a command's values; return a function that opens a path with them."""
    taken = [name for name in _READ_OPTIONS if name in values and (window or name not in ("start_s", "seconds"))]
    how = {name: values.pop(name) for name in taken}
    split = how["gaps"] == SPLIT
    options = ReadOptions(**{**how, "gaps": "refuse" if split else how["gaps"]})
    return lambda path: RecordingFile(path, options, split)


def _renames(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...] | None:
    """Parse pairs; the name in the file may contain commas and equals signs, the electrode's may not."""
    pairs: list[tuple[str, str]] = []
    for value in values:
        found, end = [], 0
        while pair := PAIR.match(value, end):
            found.append((pair["file"].strip(), pair["electrode"]))
            end = pair.end()
        if end < len(value) or not found:
            raise click.BadParameter(
                f"{value!r}: wanted FILE_NAME=ELECTRODE, or several with commas; an electrode's name has letters and "
                "digits, and begins with a letter"
            )
        pairs += found
    for which, names in (("channel", [pair[0] for pair in pairs]), ("electrode", [pair[1] for pair in pairs])):
        if doubled := [name for name in names if names.count(name) > 1]:
            raise click.BadParameter(f"{which} {doubled[0]} occurs twice; name each once")
    return tuple(pairs) or None


def _names(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else None
