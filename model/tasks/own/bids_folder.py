"""The recordings of a BIDS data set: people, sessions, runs and events as MNE-BIDS finds them.

The signals are read by this project's readers where they know the format, so that their checks of gaps and units hold.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from earloop.model.config import ModelError
from earloop.model.tasks.own.events_file import EventsFile, EventsForm
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.own_file import OwnFile
from earloop.recordings.reading.options import ReadOptions

SIGNALS = (".edf", ".bdf", ".vhdr", ".set", ".fif")  # of EEG in BIDS, and MNE's own


def bids_files(folder: Path, task: str | None, options: ReadOptions, bad: BadFiles, form: EventsForm) -> list[OwnFile]:
    """Return the EEG recordings of a data set, those of one task or all.

    Parameters
    ----------
    form : how the events files are read

    Raises
    ------
    ModelError
        The folder is none, has no recording, no such task, or a recording has no events file.
    """
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; wanted the folder of a BIDS data set")
    places = _places(folder)
    tasks = sorted({str(place.task) for place in places})
    if task is not None and task not in tasks:
        raise ModelError(f"{folder}: no task {task}; it has {', '.join(tasks)}")
    chosen = [place for place in places if task in (None, place.task)]
    tables = [_events_of(place) for place in chosen]
    if not any(tables):
        what = f"of task {task}" if task else "in it"
        raise ModelError(
            f"{folder}: no events.tsv of the {len(chosen)} recordings {what}: add sub-.._task-.._events.tsv beside "
            "each, or list recordings and events in a --manifest"
        )
    files = []
    for place, table in zip(chosen, tables, strict=True):
        with bad.of(place.fpath.name):
            files.append(_file(place, table, options, form))
    return files


def _places(folder: Path) -> list[Any]:
    """Return the paths of all recordings; raises ModelError for none."""
    import mne_bids

    logging.getLogger("mne").setLevel(logging.ERROR)
    found = mne_bids.find_matching_paths(
        folder, datatypes="eeg", suffixes="eeg", extensions=list(SIGNALS), ignore_json=True
    )
    if not found:
        raise ModelError(
            f"{folder}: no EEG recording as BIDS names it (sub-01/eeg/sub-01_task-rest_eeg.edf); for other folders use "
            "--recording or --manifest"
        )
    return sorted(found, key=lambda place: place.fpath)


def _events_of(place: Any) -> Path | None:
    """Return the events file that holds for a recording, beside it or further up; None if there is none."""
    path = place.find_matching_sidecar(suffix="events", extension=".tsv", on_error="ignore")
    return None if path is None else Path(path)


def _file(place: Any, table: Path | None, options: ReadOptions, form: EventsForm) -> OwnFile:
    name = place.fpath.name
    if table is None:
        raise ModelError(f"{place.fpath}: no events.tsv beside it: add one, or use the others with --skip-bad")
    return OwnFile(
        path=Path(place.fpath),
        name=name,
        subject=str(place.subject),
        session=str(place.session or ""),
        run=str(place.run or ""),
        options=options,
        events=EventsFile(table, form),
    )
