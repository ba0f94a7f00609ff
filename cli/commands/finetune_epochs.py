"""The epochs of recordings of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from earloop.cli.options.own_data import OwnData
    from earloop.model.tasks.epochs import Epochs
    from earloop.model.tasks.own.labelled_recording import LabelledRecording
    from earloop.model.tasks.own.left_out import BadFiles, LeftOut
    from earloop.spec.design import Design


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
    epochs, left = labelled_epochs(_read(own, design, bad), own.question, design, bad)
    epochs = with_every_class(epochs, split, bad)
    left = replace(left, files=tuple(bad.files))
    for line in left.lines():
        click.echo(f"note: {line}", err=True)
    return epochs, left


def _read(own: OwnData, design: Design, bad: BadFiles) -> Iterator[LabelledRecording]:
    """Read one recording after the other, with a bar, the readers' notes, and the channel of each electrode."""
    from earloop.cli.output.console import progress
    from earloop.model.tasks.own.own_file import read_all
    from earloop.recordings.reading.assemble import NOTES
    from earloop.recordings.reading.electrode_names import channels_in_words, match_channels, sources_of

    files, said = own.files(bad), ""
    with progress("read", len(files), "recordings") as advance:
        for done, labelled in enumerate(read_all(files, design, bad, own.question.values), start=1):
            recording = labelled.recording
            for note in recording.meta.get(NOTES, ()):
                click.echo(f"note: {labelled.name}: {note}", err=True)
            channels = channels_in_words(
                design.channels, sources_of(recording, match_channels(recording.channels, design))
            )
            if channels != said:
                click.echo(channels if not said else f"{labelled.name}: {channels}", err=True)
                said = channels
            yield labelled
            advance(done)
