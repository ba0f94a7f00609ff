"""A corpus as a BIDS data set: BDF files, events and participants, as MNE-BIDS writes and reads them.

FOLDER/sub-01/ses-000/eeg/sub-01_ses-000_task-freeliving_eeg.bdf      codes, bit for bit
                          ..._events.tsv                              onset, duration, trial_type, amplitude, source
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import mne
import mne_bids

from recordings.bdf_file import START, write_bdf
from recordings.corpus_plan import CorpusError
from recordings.corpus_store import Corpus
from recordings.stored_session import StoredSession
from spec.design import Design
from system.whole import scratch_folder

SEX = {"m": 1, "f": 2}  # as MNE numbers them
BIDS = "bids"  # the data set, within the folder that is renamed into place when it is whole
NOT_KNOWN = "n/a"  # as BIDS writes it


def export_bids(corpus: Corpus, folder: Path | str, advance: Callable[[int], None] = lambda seconds: None) -> None:
    """Write every finished session of a corpus as BIDS, the whole data set or nothing.

    Parameters
    ----------
    folder : new, or empty
    advance : told how many seconds of signal are written so far

    Raises
    ------
    CorpusError
        The corpus holds potentials, which BDF would have to round; the folder is taken or cannot be written.
    """
    folder = Path(folder)
    if corpus.plan.unit != "codes":
        raise CorpusError(
            f"{corpus.path}: holds {corpus.plan.unit}; only converter codes fit into a BDF file as they are"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CorpusError(f"{folder}: exists and is not an empty folder; choose another name")
    try:
        with scratch_folder(folder) as scratch:
            _write_all(corpus, scratch, advance)
            if folder.exists():
                folder.rmdir()
            (scratch / BIDS).rename(folder)
    except OSError as error:
        raise CorpusError(f"{folder}: cannot be written ({error.strerror or error})") from None


def _write_all(corpus: Corpus, scratch: Path, advance: Callable[[int], None]) -> None:
    root, plan, seconds = scratch / BIDS, corpus.plan, 0
    root.mkdir(parents=True)
    advance(seconds)
    mne_bids.make_dataset_description(
        path=root,
        name=f"{corpus.path.stem}, synthetic ear ExG",
        generated_by=[{"Name": "earloop", "Description": f"design {plan.design.design_hash}"}],
        verbose="error",
    )
    task = "".join(letter for letter in str(plan.scenario.get("name", "")) if letter.isalnum()) or "unnamed"
    for planned in corpus.finished:
        place = mne_bids.BIDSPath(
            subject=planned.subject, session=f"{planned.number:03}", task=task, datatype="eeg", root=root
        )
        _write(corpus.open(planned), plan.design, place, scratch / "session.bdf")
        seconds += planned.seconds
        advance(seconds)


def _write(session: StoredSession, design: Design, place: Any, scratch: Path) -> None:
    write_bdf(session.read(), design.converter, session.channels, scratch)
    raw = mne.io.read_raw_bdf(scratch, verbose="error")
    notes = session.annotations
    raw.set_annotations(
        mne.Annotations(
            [note.onset_s for note in notes],
            [note.duration_s for note in notes],
            [note.label for note in notes],
            extras=[
                {
                    "amplitude": NOT_KNOWN if note.amplitude is None else note.amplitude,
                    "source": note.source or NOT_KNOWN,
                }
                for note in notes
            ],
        ),
        verbose="error",
    )
    try:
        subject = session.meta["subject"]
        sex, age_years = SEX[subject["sex"]], int(subject["age_years"])
        birthday = date(START.year - age_years, START.month, START.day)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise CorpusError(f"{session.path}: its meta does not tell the subject's sex and age_years") from None
    raw.info["line_freq"] = design.notch.mains_hz or None
    raw.info["subject_info"] = {"sex": sex, "birthday": birthday}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses a montage, which BIDS does not ask for
        mne_bids.write_raw_bids(raw, place, overwrite=False, verbose="error")
