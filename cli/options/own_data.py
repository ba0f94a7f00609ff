"""Options of a task from recordings of one's own: which files, who they are of, their events, and what an epoch is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from earloop.cli.options.files import as_one, design_option, file_options
from earloop.model.tasks.own.events_file import EVENTS_UNITS, EventsForm, EventsUnit
from earloop.model.tasks.own.question import LEAST_EVENTS, Question
from earloop.recordings.reading.options import Gaps, ReadOptions

if TYPE_CHECKING:
    from earloop.model.tasks.own.left_out import BadFiles
    from earloop.model.tasks.own.own_file import OwnFile

SOURCES = ("--recording", "--bids", "--manifest")
# An option that needs one of the sources.
NEEDS = {"--task": "--bids", "--subject-from": "--recording", "--events-file": "--recording"}
_READ = [option.name for option in fields(ReadOptions) if option.name not in ("start_s", "seconds")]


@dataclass(frozen=True, kw_only=True)
class OwnData:
    """Where recordings of one's own are, how they are read, and what is asked of them.

    recordings, bids, manifest : one of them is given
    options : how each file is read
    form : how tables of events are read
    """

    recordings: tuple[Path, ...]
    bids: Path | None
    manifest: Path | None
    bids_task: str | None
    subject_from: str | None
    events_files: tuple[Path, ...]
    skip_bad: bool
    design_path: Path
    options: ReadOptions
    form: EventsForm
    question: Question

    def files(self, bad: BadFiles) -> list[OwnFile]:
        """Return the files to read; raise RecordingError or ModelError for what is not there."""
        from earloop.model.tasks.own.bids_folder import bids_files
        from earloop.model.tasks.own.events_file import EventsFile
        from earloop.model.tasks.own.manifest import manifest_files
        from earloop.model.tasks.own.own_file import own_files

        if self.bids is not None:
            return bids_files(self.bids, self.bids_task, self.options, bad, self.form)
        if self.manifest is not None:
            return manifest_files(self.manifest, self.options, bad, self.form)
        tables = [EventsFile(path, self.form) for path in self.events_files]
        return own_files(self.recordings, self.options, bad, pattern=self.subject_from, events=tables)


def own_data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options, as `own`, an OwnData; None if no recordings of one's own are named."""
    options = [*_FILES, *_EVENTS, *_EPOCHS]
    names = [name for option in options for name in option[1]]
    function = as_one("own", [*names, "design_path", *_READ], _own_data)(function)
    function = design_option(file_options(window=False)(function))
    for option, _ in reversed(options):
        function = option(function)
    return function


def _option(*names: str, **settings: Any) -> tuple[Callable[..., Any], list[str]]:
    """Return an option, and the name of its value."""
    plain = [name for name in names if not name.startswith("-")]
    return click.option(*names, **settings), plain or [names[0].lstrip("-").replace("-", "_")]


_PATH = click.Path(path_type=Path)
_FILES = (
    _option(
        "--recording",
        "recordings",
        multiple=True,
        metavar="FILE",
        help="A recording of your own, a folder of them, or a pattern in quotes such as 'data/*.edf'; may be given "
        "several times.",
    ),
    _option("--bids", type=_PATH, metavar="DIR", help="A BIDS data set with events.tsv files."),
    _option("--task", "bids_task", help="With --bids: use the recordings of this task alone."),
    _option(
        "--manifest",
        type=_PATH,
        metavar="TABLE",
        help="A table (.csv, .tsv) of your recordings: path, subject, session, run, fold, events, events_unit, "
        "channels, rate, map.",
    ),
    _option(
        "--subject-from",
        metavar="PATTERN",
        help="Who each --recording is of, by its name, as in 'sub-{subject}_ses-{session}_*.edf'; also {run} and "
        "{fold}; with slashes, by its folders.",
    ),
    _option("--skip-bad", is_flag=True, help="Use the recordings that can be used, and name the others."),
)
_EVENTS = (
    _option(
        "--events",
        multiple=True,
        metavar="LABEL,..",
        help="Labels of the events to tell apart; LABEL=CLASS gives a class another name, and may join labels.  "
        f"[default: every label that occurs {LEAST_EVENTS} times]",
    ),
    _option(
        "--events-file",
        "events_files",
        multiple=True,
        type=_PATH,
        help="Table of a recording's events: columns onset, duration, label or trial_type; one for each --recording.",
    ),
    _option(
        "--events-unit",
        type=click.Choice(EVENTS_UNITS),
        default="s",
        show_default=True,
        help="Unit of the onsets and durations in tables of events.",
    ),
    _option("--label-column", help="Column of labels in tables of events.  [default: trial_type, label, ...]"),
    _option("--values", help="Predict a number of each event: this column of its table, or its 'amplitude'."),
    _option("--value-channel", help="Predict this channel of the recordings: its mean over each patch."),
)
_EPOCHS = (
    _option("--window", metavar="FROM:TO", help="First and last second of an epoch after its event's onset, as 0:2."),
    _option(
        "--every",
        "every_s",
        type=float,
        metavar="S",
        help="Cut a window each S seconds while the event lasts.  [default: one at its onset]",
    ),
    _option("--until-next", is_flag=True, help="With --every: an event lasts until the next one."),
    _option("--offset", "offset_s", type=float, default=0.0, metavar="S", help="Add S seconds to every onset."),
    _option("--reject", "reject_uv", type=float, metavar="UV", help="Leave out epochs with more uV peak to peak."),
    _option("--overlap", is_flag=True, help="Accept windows of two classes that share samples."),
    _option("--mixed-rates", is_flag=True, help="Accept recordings of several sampling rates."),
)


def _own_data(*, gaps: Gaps | Literal["split"], design_path: Path, **values: Any) -> OwnData | None:
    """Return the values of the options together; raise UsageError where some contradict each other."""
    given = _given()
    sources = [name for name in SOURCES if name in given]
    if len(sources) > 1:
        raise click.UsageError(f"{' and '.join(sources)} were given; name the recordings in one way")
    for name, needed in NEEDS.items():
        if name in given and sources and sources != [needed]:
            raise click.UsageError(f"{name} goes with {needed}, not with {sources[0]}")
    if not sources:
        if given:
            raise click.UsageError(
                f"{given[0]} is for recordings of your own: name them with --recording, --bids or --manifest"
            )
        return None
    if values["window"] is None:
        raise click.UsageError("--window FROM:TO is missing: the seconds of an epoch after its event, such as 0:2")
    unit: EventsUnit = values["events_unit"]
    read = {name: values[name] for name in _READ if name != "gaps"}
    if read["channels"] and values["value_channel"]:
        read["channels"] = tuple(dict.fromkeys((*read["channels"], values["value_channel"])))
    return OwnData(
        recordings=tuple(path for name in values["recordings"] for path in _paths(name)),
        bids=values["bids"],
        manifest=values["manifest"],
        bids_task=values["bids_task"],
        subject_from=values["subject_from"],
        events_files=values["events_files"],
        skip_bad=values["skip_bad"],
        design_path=design_path,
        options=ReadOptions(**read, gaps="nan" if gaps == "split" else gaps),
        form=EventsForm(unit, values["label_column"]),
        question=_question(values),
    )


def _question(values: dict[str, Any]) -> Question:
    """Return what an epoch is; raises ModelError for values that make none."""
    named = [part.strip() for text in values["events"] for part in text.split(",") if part.strip()]
    pairs = [tuple(part.rsplit("=", 1)) if "=" in part else (part, "") for part in named]
    return Question(
        window_s=_window(values["window"]),
        events=tuple(label for label, _ in pairs),
        class_names={label: name for label, name in pairs if name},
        values=values["values"],
        value_channel=values["value_channel"],
        every_s=values["every_s"],
        until_next=values["until_next"],
        offset_s=values["offset_s"],
        reject_uv=values["reject_uv"],
        allow_overlap=values["overlap"],
        mixed_rates=values["mixed_rates"],
    )


def _given() -> list[str]:
    """Return the options of own data that are on the command line, by their names there."""
    context = click.get_current_context()
    names = {name for option in (*_FILES, *_EVENTS, *_EPOCHS) for name in option[1]} | {"design_path", *_READ}
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in names and context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
    ]


def _window(text: str) -> tuple[float, float]:
    try:
        first, last = (float(part) for part in text.split(":"))
    except ValueError:
        first = last = math.nan
    if math.isnan(first) or math.isnan(last):
        raise click.UsageError(f"--window {text}: wanted two numbers, FROM:TO in seconds after the event, such as 0:2")
    return first, last


def _paths(name: str) -> list[Path]:
    """Return the files that a name stands for: a pattern those that match it, by name; else itself."""
    if Path(name).exists() or not set("*?[") & set(name):
        return [Path(name)]
    root = Path(name).anchor
    found = sorted(Path(root).glob(str(Path(name).relative_to(root))))
    if not found:
        raise click.UsageError(f"--recording '{name}': no file matches this pattern")
    return found
