"""Export of a corpus as a BIDS data set: BDF files, events and participants, as MNE-BIDS writes and reads them.

FOLDER/sub-01/ses-000/eeg/sub-01_ses-000_task-freeliving_eeg.bdf      codes, bit for bit
                          ..._events.tsv             onset, duration, trial_type, amplitude and its unit, source

MNE-BIDS writes the layout. This module adds the facts that MNE-BIDS cannot know, and corrects those that it derives
from the file format.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import mne
import mne_bids

from earloop.recordings.bids.events import NOT_KNOWN, amplitude_unit, describe_columns, within
from earloop.recordings.bids.sidecars import (
    NO_LICENSE,
    SINC3_3DB,
    describe_data_set,
    describe_eeg,
    describe_stimuli,
    read_table,
    readme,
    reference_of,
    software,
    update_json,
    update_table,
)
from earloop.recordings.edf.write_bdf import START, write_bdf
from earloop.recordings.store.corpus_plan import CorpusError, CorpusPlan
from earloop.recordings.store.corpus_store import Corpus
from earloop.recordings.store.stored_session import StoredSession
from earloop.system.whole import scratch_folder, writing

SEX = {"m": 1, "f": 2}  # MNE's numbers
NO_TIME = {"acq_time": NOT_KNOWN}  # synthetic sessions have no time of acquisition
BIDS = "bids"  # the data set in the scratch folder, renamed to its final name when it is complete


def export_bids(
    corpus: Corpus,
    folder: Path | str,
    advance: Callable[[int], None] = lambda seconds: None,
    authors: Sequence[str] = (),
    license_name: str = NO_LICENSE,
) -> None:
    """Write every finished session of a corpus as BIDS, the complete data set or nothing.

    Parameters
    ----------
    folder : a new or an empty folder
    advance : called with the number of seconds of signal written so far
    authors : publishers of the data set; by default the program
    license_name : license of the data set

    Raises
    ------
    CorpusError
        The corpus holds potentials, which BDF would have to round; the folder is not empty or cannot be written.
    """
    folder = Path(folder)
    if corpus.plan.unit != "codes":
        raise CorpusError(
            f"{corpus.path}: holds {corpus.plan.unit}; only converter codes fit into a BDF file as they are"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CorpusError(f"{folder}: exists and is not an empty folder; choose another name")
    with writing(folder, CorpusError), scratch_folder(folder) as scratch:
        _write_all(corpus, scratch, authors or [f"{software()} (a program)"], license_name, advance)
        if folder.exists():
            folder.rmdir()
        (scratch / BIDS).rename(folder)


def _write_all(
    corpus: Corpus, scratch: Path, authors: Sequence[str], license_name: str, advance: Callable[[int], None]
) -> None:
    root, plan, seconds = scratch / BIDS, corpus.plan, 0
    root.mkdir(parents=True)
    advance(seconds)
    name = f"{corpus.path.stem}, synthetic ear ExG"
    mne_bids.make_dataset_description(
        path=root, name=name, authors=list(authors), data_license=license_name, verbose="error"
    )
    update_json(root / "dataset_description.json", describe_data_set(plan))
    task = "".join(letter for letter in str(plan.scenario.get("name", "")) if letter.isalnum()) or "unnamed"
    for planned in corpus.finished:
        place = mne_bids.BIDSPath(
            subject=planned.subject, session=f"{planned.number:03}", task=task, datatype="eeg", root=root
        )
        _write(corpus.open(planned), plan, place, scratch / "session.bdf")
        seconds += planned.seconds
        advance(seconds)
    (root / "README").write_text(readme(plan, name), encoding="utf-8")


def _write(session: StoredSession, plan: CorpusPlan, place: Any, scratch: Path) -> None:
    design = plan.design
    write_bdf(session.read(), design.converter, session.channels, scratch)
    raw = mne.io.read_raw_bdf(scratch, verbose="error")
    _annotate(raw, session)
    raw.info["line_freq"] = design.notch.mains_hz or None
    raw.info["subject_info"] = _person(session)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MNE-BIDS warns of a missing montage, which BIDS does not require
        mne_bids.write_raw_bids(raw, place, overwrite=False, verbose="error")
    eeg = describe_eeg(design, plan.scenario, session.samples)
    update_json(_beside(place, "eeg", ".json"), eeg, without=("MiscChannelCount",))
    high_cutoff = f"{SINC3_3DB * design.converter.rate_hz:g}"
    channels = {"low_cutoff": NOT_KNOWN, "high_cutoff": high_cutoff, "reference": reference_of(design)}
    update_table(_beside(place, "channels", ".tsv"), channels)
    update_table(place.copy().update(datatype=None, task=None, suffix="scans", extension=".tsv").fpath, NO_TIME)
    if len(raw.annotations):
        _describe_events(session, place)


def _annotate(raw: Any, session: StoredSession) -> None:
    """Set the events within the signal as annotations of MNE's raw object."""
    events = within(session.annotations, session.samples, session.sfreq)
    raw.set_annotations(
        mne.Annotations(
            [onset_s for onset_s, _, _ in events],
            [duration_s for _, duration_s, _ in events],
            [note.label for _, _, note in events],
            extras=[
                {
                    "amplitude": NOT_KNOWN if note.amplitude is None else note.amplitude,
                    "amplitude_unit": amplitude_unit(note),
                    "source": note.source or NOT_KNOWN,
                }
                for _, _, note in events
            ],
        ),
        verbose="error",
    )


def _describe_events(session: StoredSession, place: Any) -> None:
    values = {row["value"]: row["trial_type"] for row in read_table(_beside(place, "events", ".tsv"))}
    notes = [note for _, _, note in within(session.annotations, session.samples, session.sfreq)]
    described = describe_columns(notes, dict(sorted(values.items(), key=lambda item: int(item[0]))))
    update_json(_beside(place, "events", ".json"), described | {"StimulusPresentation": describe_stimuli()})


def _beside(place: Any, suffix: str, extension: str) -> Path:
    found: Path = place.copy().update(suffix=suffix, extension=extension).fpath
    return found


def _person(session: StoredSession) -> dict[str, Any]:
    try:
        subject = session.meta["subject"]
        sex, age_years = SEX[subject["sex"]], int(subject["age_years"])
        birthday = date(START.year - age_years, START.month, START.day)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise CorpusError(f"{session.path}: its meta must have the subject's sex and age_years") from None
    return {"sex": sex, "birthday": birthday}
