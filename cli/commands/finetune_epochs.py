"""The epochs of the task that a user names: a real task or dataset, a corpus, or recordings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earloop.cli.options.own_data import OwnData
    from earloop.model.tasks.epochs import Epochs
    from earloop.model.tasks.own.labelled_recording import LabelledRecording
    from earloop.model.tasks.own.left_out import BadFiles, LeftOut


def task_epochs(task: str, data: Path | None, wants_gaze: bool) -> Epochs:
    """Load a real task or a dataset by its name, or a corpus by its path.

    Raises
    ------
    ModelError
        There is no such task or corpus, or no folder of recordings is given.
    """
    from earloop.model.config import ModelError
    from earloop.model.tasks.corpus_task import classification, gaze
    from earloop.model.tasks.datasets import DATASETS
    from earloop.model.tasks.real import REAL_TASKS
    from earloop.model.tokens.corpus_tokens import corpus_tokens

    named = REAL_TASKS | DATASETS
    if task not in named:
        if not Path(task).exists():
            raise ModelError(f"task {task!r} is no path of a corpus, and none of {', '.join(named)}")
        return (gaze if wants_gaze else classification)(corpus_tokens(Path(task)))
    if data is None:
        raise ModelError(f"task {task} needs the folder of its recordings: give --data, or set EARLOOP_REAL_DATA")
    return named[task].load(data)


def own_epochs(own: OwnData, split: str) -> tuple[Epochs, LeftOut]:
    """Read recordings of one's own, and cut their epochs; what was left out is printed to standard error.

    Raises
    ------
    RecordingError, ModelError
        A recording cannot be used, and is not to be skipped; or there are no epochs.
    """
    from earloop.model.tasks.own.labelled_epochs import labelled_epochs
    from earloop.model.tasks.own.left_out import BadFiles
    from earloop.model.tasks.own.people import with_every_class
    from earloop.spec.design import load_design

    bad = BadFiles(own.skip_bad)
    design = load_design(own.design_path)
    epochs, left = labelled_epochs(_read(own, bad), own.question, design, bad)
    epochs = with_every_class(epochs, split, bad)
    left = replace(left, files=tuple(bad.files))
    for line in left.lines():
        click.echo(f"note: {line}", err=True)
    return epochs, left


def _read(own: OwnData, bad: BadFiles) -> Iterator[LabelledRecording]:
    """Read one recording after the other, with a bar and the readers' notes."""
    from earloop.cli.output.console import progress
    from earloop.model.tasks.own.own_file import read_all
    from earloop.recordings.reading.assemble import NOTES

    files = own.files(bad)
    with progress("read", len(files), "recordings") as advance:
        for done, labelled in enumerate(read_all(files, bad, own.question.values), start=1):
            for note in labelled.recording.meta.get(NOTES, ()):
                click.echo(f"note: {labelled.name}: {note}", err=True)
            yield labelled
            advance(done)
