"""BCI Competition IV, data set 2b: imagined movement of the left or the right hand.

Layout from the description of the data (Leeb et al. 2008, https://www.bbci.de/competition/iv/desc_2b.pdf)::

    B0102T.gdf    subject 01, session 02; sessions 01 to 03 are training, T, 04 and 05 evaluation, E
                  C3, Cz, C4, each bipolar, and three EOG channels, 250 Hz, uV, 50 Hz already notched
    B0104E.mat    `classlabel`, 1 or 2 for each trial: the labels of the evaluation, published after the competition

Events: 768 a trial begins, 769 cue left, 770 cue right, 783 cue without a label, 1023 the trial was rejected (at its
beginning). The cue is 3 s after the start of a trial, and the movement is imagined until 7 s. The description forbids
the use of the EOG for classification, so it is not among the channels. Between runs, and where the recorder lost
samples, every channel has the lowest code (braindecode reads data set 2a in the same way) or NaN.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.datasets.folder import Found, find_files, of_subjects
from earloop.model.tasks.datasets.kept import Cued, cued_epochs
from earloop.model.tasks.datasets.matlab import read_matlab
from earloop.model.tasks.datasets.montage import Montage
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording
from earloop.spec.design import Design

NAME = re.compile(r"B(?P<subject>\d\d)(?P<session>\d\d)[TE]\.gdf")
LAYOUT = "B0101T.gdf and its like"
MONTAGE = Montage(available=("C3", "Cz", "C4"), left=("C3", "Cz"), right=("C4",), reference="bipolar", mains_hz=50)
CLASSES = ("left", "right")
CUES = {"769": "left", "770": "right"}
UNLABELLED, REJECTED = "783", "1023"
TRIAL_S = 3.5  # a rejected trial begins 3 s before its cue
BEGINS_S, PATCHES = 0.5, 14  # after the cue: 3.5 s, to the end of the imagined movement


def load(
    folder: Path | str,
    design: Design | None = None,
    subjects: Collection[str] | None = None,
    cache: Path | str | None = None,
) -> Epochs:
    """Return epochs from 0.5 to 4 s after each cue; rejected trials and trials without a label are left out.

    Parameters
    ----------
    design : a design with some of the channels C3, Cz and C4; None means all three
    subjects : subjects as in the file names, such as `01`; None means all
    cache : folder in which tokens are stored, and from which they are read by memory map; None means no cache

    Raises
    ------
    ModelError
        The folder, its files or a subject are missing, a file cannot be read, or labels do not fit their trials.
    """
    design = MONTAGE.design("BCI IV 2b", design)
    found = of_subjects(find_files(folder, NAME, LAYOUT), subjects)
    return cued_epochs("BCI IV 2b", design, _recordings(found, design), PATCHES, CLASSES, cache)


def _recordings(found: Found, design: Design) -> Iterator[Cued]:
    """Yield every file, with the cues of the trials that were not rejected."""
    for path, name in found:
        recording, events = _read(path, design)
        rejected = np.array([onset_s for onset_s, kind in events if kind == REJECTED])
        cues = [
            (onset_s + BEGINS_S, label)
            for onset_s, label in _labelled(path, events)
            if not ((rejected > onset_s - TRIAL_S) & (rejected <= onset_s)).any()
        ]
        subject, session = name["subject"], name["session"]
        make = partial(tokenize, recording, design, name=path.stem, subject=subject, session=session, run="1")
        yield Cued(file=path, name=path.stem, make=make, cues=cues)


def _read(path: Path, design: Design) -> tuple[Recording, list[tuple[float, str]]]:
    """Read the design's channels, with gaps bridged, and the events: onset in s, kind."""
    import mne

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # mne warns of wrong filter settings in the header
            raw = mne.io.read_raw_gdf(path, verbose="error")
            names = [next(n for n in raw.ch_names if n.split(":")[-1] == channel) for channel in design.channels]
            uv = 1e6 * raw.get_data(picks=names).T
    except StopIteration:
        raise ModelError(f"{path}: channels {', '.join(raw.ch_names)}; wanted EEG:C3, EEG:Cz, EEG:C4") from None
    except Exception as error:  # a damaged header raises errors of many types, from ValueError to AssertionError
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path}: not a readable GDF file: {reason}") from None
    events = [(float(note["onset"]), str(note["description"])) for note in raw.annotations]
    return Recording(_bridged(uv), "uV", float(raw.info["sfreq"]), design.channels), sorted(events)


def _bridged(uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill gaps with the last value before them, [samples, channels], so that no filter gets a step."""
    lowest = np.nanmin(uv, axis=0)
    lost = (np.isnan(uv) | (uv == lowest)).all(axis=1)
    if lost.all():
        return np.zeros_like(uv)
    last = np.where(lost, 0, np.arange(len(uv)))
    last = np.maximum.accumulate(last)
    last[: int(np.argmin(lost))] = int(np.argmin(lost))
    held = uv[last]
    return np.where(np.isnan(held), 0.0, held)


def _labelled(path: Path, events: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return onset and class of each cue; cues without a label get it from the file of labels, if it exists."""
    labelled = [(onset_s, CUES[kind]) for onset_s, kind in events if kind in CUES]
    unlabelled = [onset_s for onset_s, kind in events if kind == UNLABELLED]
    labels_path = path.with_suffix(".mat")
    if not unlabelled or not labels_path.is_file():
        return labelled
    variables = read_matlab(labels_path)
    labels = np.atleast_1d(variables.get("classlabel", ())).astype(int)
    if len(labels) != len(unlabelled) or not set(labels) <= {1, 2}:
        raise ModelError(
            f"{labels_path}: {len(labels)} class labels for the {len(unlabelled)} trials of {path.name}; "
            "wanted `classlabel`, 1 or 2 for each"
        )
    return labelled + [(onset_s, CLASSES[label - 1]) for onset_s, label in zip(unlabelled, labels, strict=True)]
