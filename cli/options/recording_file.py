"""A recording that a user names, and the options to read it with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.recordings.reading.options import READ_ALL, ReadOptions

if TYPE_CHECKING:
    from earloop.recordings import Recording
    from earloop.spec.design import Design


@dataclass(frozen=True)
class RecordingFile:
    """A file and its read options; with `split`, each of its unbroken parts is read separately."""

    path: Path
    options: ReadOptions = READ_ALL
    split: bool = False

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.path.name

    def read(self) -> Recording:
        """Read the file; print the reader's notes to standard error; raise RecordingError if it is refused."""
        from earloop.recordings.read import read_with
        from earloop.recordings.reading.assemble import NOTES

        recording = read_with(self.path, self.options)
        for note in recording.meta.get(NOTES, ()):
            click.echo(f"note: {self.name}: {note}", err=True)
        return recording

    def read_for(self, design: Design) -> Recording:
        """Read the file for a design, and print which channel is which electrode, to standard error.

        Raises
        ------
        RecordingError
            The file is refused, or an electrode of the design has no channel.
        """
        from earloop.recordings.reading.electrode_names import (
            channels_in_words,
            match_channels,
            name_in_order,
            sources_of,
        )
        from earloop.recordings.recording import RecordingError

        recording = self.read()
        try:
            recording = name_in_order(recording, self.options, design)
            matched = match_channels(recording.channels, design)
        except RecordingError as error:
            raise RecordingError(f"{self.path}: {error}") from None
        click.echo(channels_in_words(design.channels, sources_of(recording, matched)), err=True)
        return recording

    def parts(self) -> tuple[RecordingFile, ...]:
        """Return one RecordingFile for each unbroken part; raise RecordingError if the file is refused."""
        from earloop.recordings import open_recording

        count = len(open_recording(self.path, self.options).parts)
        return tuple(RecordingFile(self.path, replace(self.options, part=i + 1)) for i in range(count))
