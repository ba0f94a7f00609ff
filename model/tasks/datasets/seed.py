"""SEED: 15 people in three sessions each watch 15 film clips that are sad, neutral or happy.

Layout from https://bcmi.sjtu.edu.cn/home/seed/seed.html (Zheng and Lu 2015, doi:10.1109/TAMD.2015.2431497)::

    Preprocessed_EEG/1_20131027.mat    subject 1 on that day; 15 variables, initials_eeg1 to initials_eeg15,
                                       [62, samples], uV, 200 Hz, 0 to 75 Hz
    Preprocessed_EEG/label.mat         `label`, [15]: -1 negative, 0 neutral, 1 positive
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from earloop.model.config import ModelError
from earloop.model.tasks.datasets.clips import Clip, clip_epochs
from earloop.model.tasks.datasets.folder import Found, find_files, of_subjects
from earloop.model.tasks.datasets.matlab import read_matlab
from earloop.model.tasks.datasets.montage import Montage
from earloop.model.tasks.epochs import Epochs
from earloop.spec.design import Design

NAME = re.compile(r"(?P<subject>\d+)_(?P<day>\d{8})\.mat")
LAYOUT = "label.mat and SUBJECT_YYYYMMDD.mat"
CLIP = re.compile(r".*_eeg(\d+)")
SFREQ = 200.0
CLASSES = ("negative", "neutral", "positive")  # label + 1
# In the order of the dataset's channel-order.xlsx; each line is a row of the cap.
# fmt: off
CHANNELS = (
    "Fp1", "Fpz", "Fp2", "AF3", "AF4",
    "F7", "F5", "F3", "F1", "Fz", "F2", "F4", "F6", "F8",
    "FT7", "FC5", "FC3", "FC1", "FCz", "FC2", "FC4", "FC6", "FT8",
    "T7", "C5", "C3", "C1", "Cz", "C2", "C4", "C6", "T8",
    "TP7", "CP5", "CP3", "CP1", "CPz", "CP2", "CP4", "CP6", "TP8",
    "P7", "P5", "P3", "P1", "Pz", "P2", "P4", "P6", "P8",
    "PO7", "PO5", "PO3", "POz", "PO4", "PO6", "PO8",
    "CB1", "O1", "Oz", "O2", "CB2",
)
# fmt: on
# The four channels of each side that are nearest to the ear.
MONTAGE = Montage(
    available=CHANNELS,
    left=("FT7", "T7", "TP7", "P7"),
    right=("FT8", "T8", "TP8", "P8"),
    reference="unknown",
    mains_hz=50,
)


def load(
    folder: Path | str,
    design: Design | None = None,
    subjects: Collection[str] | None = None,
    cache: Path | str | None = None,
) -> Epochs:
    """Return windows of every clip, labelled by the emotion for which the clip was chosen; each day is a session.

    Parameters
    ----------
    design : a design with at most eight of the 62 channels; None means the eight nearest to the ears
    subjects : numbers of subjects, `1` to `15`; None means all; an hour of eight channels is 140 MB of tokens
    cache : folder in which tokens are stored, and from which they are read by memory map; None means no cache

    Raises
    ------
    ModelError
        The folder, its files or a subject are missing, or a file has another structure.
    """
    design = MONTAGE.design("SEED", design)
    found = of_subjects(find_files(folder, NAME, LAYOUT), subjects)
    return clip_epochs("SEED", design, _clips(found, MONTAGE.columns(design)), SFREQ, CLASSES, cache)


def _clips(found: Found, columns: Sequence[int]) -> Iterator[tuple[Path, Clip]]:
    """Yield every clip of the files, with its file."""
    for path, name in found:
        emotions = _emotions(path.parent / "label.mat")
        variables = {int(match[1]): value for key, value in read_matlab(path).items() if (match := CLIP.fullmatch(key))}
        if sorted(variables) != list(range(1, len(emotions) + 1)):
            raise ModelError(
                f"{path}: clips {', '.join(map(str, sorted(variables))) or 'missing'}; "
                f"wanted 1 to {len(emotions)}, as label.mat has"
            )
        for number, label in enumerate(emotions, 1):
            signal = np.asarray(variables[number], np.float64)
            if signal.ndim != 2 or len(signal) != len(MONTAGE.available):
                raise ModelError(f"{path}: clip {number} of shape {signal.shape}; wanted [62, samples]")
            run = f"{number:02}"
            yield (
                path,
                Clip(
                    uv=signal[columns].T,
                    label=label,
                    name=f"{path.stem}_{run}",
                    subject=name["subject"],
                    session=name["day"],
                    run=run,
                ),
            )


def _emotions(path: Path) -> list[str]:
    """Return the classes of the clips, in their order."""
    labels = np.atleast_1d(read_matlab(path).get("label", ()))
    if not len(labels) or not set(labels.tolist()) <= {-1, 0, 1}:
        raise ModelError(f"{path}: wanted `label`, -1, 0 or 1 for each clip")
    return [CLASSES[int(label) + 1] for label in labels]
