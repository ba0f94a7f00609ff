"""A file that a researcher names as a recording, who it is of, and where its events are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from earloop.model.tasks.own.events_file import EventsFile
from earloop.model.tasks.own.file_names import fields_of
from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.model.tasks.own.left_out import BadFiles
from earloop.recordings import Recording, RecordingError
from earloop.recordings.read import OPENERS, read_with, suffix_of
from earloop.recordings.reading.electrode_names import match_channels, name_in_order
from earloop.recordings.reading.options import READ_ALL, ReadOptions
from earloop.spec.design import Design


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A recording on disk.

    name : name of the recording in messages and tables
    subject, session, run, fold : as in `LabelledRecording`
    options : how to read the file
    events : table of its events; None means those in the recording
    """

    path: Path
    name: str
    subject: str = ""
    session: str = ""
    run: str = ""
    fold: str = ""
    options: ReadOptions = READ_ALL
    events: EventsFile | None = None

    def read(self, design: Design, values: str | None = None) -> LabelledRecording:
        """Read the recording and its events.

        Parameters
        ----------
        design : the design whose electrodes a list of channels in the options may name in order
        values : column of the events file whose number is the amplitude of each event; an event of the recording itself
            has its `amplitude` only

        Raises
        ------
        RecordingError
            The recording or its events cannot be read, or do not fit each other.
        """
        recording = name_in_order(self._signal(), self.options, design)
        match_channels(recording.channels, design)
        if self.events is not None:
            recording = replace(recording, annotations=self.events.read(recording, self.name, values))
        elif values not in (None, "amplitude"):
            raise RecordingError(
                f"{self.path}: its own events have no {values}, only an amplitude; name the table that has this column "
                "(--events-file)"
            )
        return LabelledRecording(
            recording=recording,
            name=self.name,
            subject=self.subject,
            session=self.session,
            run=self.run,
            fold=self.fold,
        )

    def _signal(self) -> Recording:
        if suffix_of(self.path) in OPENERS:
            return read_with(self.path, self.options)
        from earloop.model.tasks.own.by_mne import read_by_mne

        return read_by_mne(self.path, self.options)


def own_files(
    paths: Sequence[Path],
    options: ReadOptions,
    bad: BadFiles,
    *,
    pattern: str | None = None,
    events: Sequence[EventsFile] = (),
) -> list[OwnFile]:
    """Return the files of paths; a folder stands for all recordings in it, by name.

    Parameters
    ----------
    pattern : who each is of, as in `fields_of`; None means that all are of one person
    events : tables of events, one for each file in their order; none means the events in the recordings

    Raises
    ------
    RecordingError
        A folder has no recording, or there are more or fewer tables of events than files.
    ModelError
        A name does not match the pattern.
    """
    files = [file for path in paths for file in _within(path)]
    _refuse_two_formats(files)
    if events and len(events) != len(files):
        raise RecordingError(
            f"{len(events)} files of events for {len(files)} recordings; wanted one for each, in their order, or a "
            "--manifest with a column events"
        )
    tables: Sequence[EventsFile | None] = events or [None] * len(files)
    found = []
    for path, name, table in zip(files, _names(files), tables, strict=True):
        with bad.of(name):
            who = fields_of(path, pattern) if pattern else {}
            found.append(_of_person(OwnFile(path=path, name=name, options=options, events=table), who))
    return found


def _of_person(file: OwnFile, who: Mapping[str, str]) -> OwnFile:
    """Return a file with the fields of a pattern."""
    return replace(
        file,
        subject=who.get("subject", ""),
        session=who.get("session", ""),
        run=who.get("run", ""),
        fold=who.get("fold", ""),
    )


def read_all(
    files: Iterable[OwnFile], design: Design, bad: BadFiles, values: str | None
) -> Iterator[LabelledRecording]:
    """Read files one after the other; those that cannot be read go to `bad`."""
    for file in files:
        with bad.of(file.name):
            yield file.read(design, values)


def _within(path: Path) -> list[Path]:
    """Return the recordings of a folder that is not itself a recording, or the path."""
    if not path.is_dir() or suffix_of(path) in OPENERS:
        return [path]
    found = sorted(file for file in path.iterdir() if suffix_of(file) in OPENERS)
    if not found:
        raise RecordingError(f"{path}: no recording in this folder; wanted files that end in {', '.join(OPENERS)}")
    return found


def _refuse_two_formats(files: Sequence[Path]) -> None:
    """Raise RecordingError where files differ only in their format: a session would be learned from and tested."""
    seen: dict[Path, Path] = {}
    for path in files:
        bare = path.with_name(path.name[: len(path.name) - len(suffix_of(path))])
        if (other := seen.setdefault(bare, path)) != path:
            raise RecordingError(
                f"{other} and {path.name}: one recording in two formats, by their names; name one of them, such as "
                f"--recording '{path.parent / '*'}{suffix_of(other)}'"
            )


def _names(paths: Sequence[Path]) -> list[str]:
    """Return the names of the files, with their folders where two files have one name."""
    names = [path.name for path in paths]
    return [str(path) if names.count(path.name) > 1 else path.name for path in paths]
