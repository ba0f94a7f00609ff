"""The commands that make a trained model that fits, at the end of the message that one does not fit."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from earloop.model.config import Misfit, MisfitError

MADE = "out/fitting"  # folder of the model that the commands make
# Options of other commands that read a file in the way that `earloop pretrain` can read it, too.
_READING = ("rate_hz", "channels", "renames", "stream", "board", "gaps", "part", "start_s", "seconds")


def offers_fitting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command, which meets a model of another format, add the commands that make one of the right format."""

    @wraps(function)
    def offered(*positional: Any, **values: Any) -> Any:
        try:
            return function(*positional, **values)
        except MisfitError as error:
            if commands := " && ".join(_commands(click.get_current_context(), error.what)):
                raise MisfitError(f"{error}; make one that fits: {commands}", error.what) from None
            raise

    return offered


def _commands(context: click.Context, what: Misfit) -> Iterator[str]:
    """Yield the commands that make what does not fit, by the options of the command that met it."""
    given = context.params
    if given.get("corpus") is not None and what == "checkpoint":
        yield _earloop("pretrain", "--corpus", given["corpus"], "--out", MADE)
    elif given.get("init") is not None and what == "checkpoint":
        if _can_be_synthesised(context):
            yield from _on_synthetic_people(_design(context), f"{MADE}.zarr")
    elif own := [given[name] for name in ("recordings", "bids", "manifest") if given.get(name)]:
        yield from _for_own(context, own[0])
    elif (task := given.get("probe") if what == "task" else given.get("task")) is not None:
        yield from _for_task(str(task), given.get("data"))
    elif (path := given.get("recording_path")) is not None:
        yield _earloop("pretrain", *_design(context), "--recording", path, *_reading(context), "--out", MADE)
        if what == "decoder" or "decoder_path" in given:  # its task is only known to the user
            yield f"earloop finetune TASK --checkpoint {MADE} --decoder {MADE}/decoder.safetensors --out {MADE}/task"


def _for_own(context: click.Context, named: object) -> Iterator[str]:
    """Yield the commands for recordings of one's own: pretrain on them, or on synthetic people of their design."""
    if isinstance(named, tuple) and all(Path(path).is_file() for path in named):
        recordings = [word for path in named for word in ("--recording", path)]
        yield _earloop("pretrain", *_design(context), *recordings, *_reading(context), "--out", MADE)
    elif _can_be_synthesised(context):
        yield from _on_synthetic_people(_design(context), f"{MADE}.zarr")


def _can_be_synthesised(context: click.Context) -> bool:
    """Return whether the places of the design's electrodes on the head are known."""
    from earloop.spec.design import load_design
    from earloop.synth_data.head.sites import SITES

    electrodes = load_design(context.params["design_path"]).electrodes
    reference = electrodes.reference if isinstance(electrodes.reference, tuple) else ()
    return all(name in SITES for name in (*electrodes.names, *reference))


def _for_task(task: str, data: Path | None) -> Iterator[str]:
    """Yield the commands that pretrain on a corpus: the task's own, or one of the task's design."""
    if Path(task).exists():
        yield _earloop("pretrain", "--corpus", task, "--out", MADE)
        return
    design = f"{MADE}/{task}.toml"
    yield _earloop("spec", "of-task", task, *(() if data is None else ("--data", data)), "--out", design)
    yield from _on_synthetic_people(("--design", design), f"{MADE}/{task}.zarr")


def _on_synthetic_people(design: tuple[object, ...], corpus: str) -> Iterator[str]:
    people = ("--scenario", "free-living", "--hours", "2", "--subjects", "12")
    yield _earloop("synth", *design, *people, "--out", corpus)
    yield _earloop("pretrain", "--corpus", corpus, "--out", MADE)


def _design(context: click.Context) -> tuple[object, ...]:
    given = context.get_parameter_source("design_path") is ParameterSource.COMMANDLINE
    return ("--design", context.params["design_path"]) if given else ()


def _reading(context: click.Context) -> Iterator[object]:
    """Yield the given options that say how to read the recording."""
    for parameter in context.command.params:
        name = str(parameter.name)
        if name in _READING and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            yield from (parameter.opts[0], _as_given(context.params[name]))


def _as_given(value: Any) -> object:
    """Return an option's value as it is written: names with commas, pairs with equals signs."""
    if not isinstance(value, tuple):
        return value
    return ",".join("=".join(part) if isinstance(part, tuple) else part for part in value)


def _earloop(*arguments: object) -> str:
    return shlex.join(["earloop", *map(str, arguments)])
