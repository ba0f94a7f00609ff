"""A recording that a user names, and how it is to be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.recordings.reading.options import READ_ALL, ReadOptions

if TYPE_CHECKING:
    from earloop.recordings import Recording


@dataclass(frozen=True)
class RecordingFile:
    """A file, and how it is read; `split` where each of its parts is to be read by itself."""

    path: Path
    options: ReadOptions = READ_ALL
    split: bool = False

    @property
    def name(self) -> str:
        """Without its folders."""
        return self.path.name

    def read(self) -> Recording:
        """What is in it; says on standard error what was done to it; raises RecordingError."""
        from earloop.recordings.read import read_with
        from earloop.recordings.reading.assemble import NOTES

        recording = read_with(self.path, self.options)
        for note in recording.meta.get(NOTES, ()):
            click.echo(f"note: {self.name}: {note}", err=True)
        return recording

    def parts(self) -> tuple[RecordingFile, ...]:
        """One file for each unbroken part of it; raises RecordingError."""
        from earloop.recordings import open_recording

        count = len(open_recording(self.path, self.options).parts)
        return tuple(RecordingFile(self.path, replace(self.options, part=i + 1)) for i in range(count))
