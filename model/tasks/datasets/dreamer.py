"""DREAMER: the ratings of 18 film clips by 23 people, recorded with a 14-channel Emotiv EPOC.

Layout from the authors' description (Katsigiannis and Ramzan 2018, doi:10.1109/JBHI.2017.2688239)::

    DREAMER.mat    DREAMER.Data{23}.EEG.stimuli{18}    [samples, 14], uV with the EPOC's offset of about 4 mV, 128 Hz
                   DREAMER.Data{23}.ScoreValence, ScoreArousal, ScoreDominance    [18], 1 to 5
                   DREAMER.EEG_Electrodes, DREAMER.EEG_SamplingRate

An electrode's offset is not a step for the tokenizer, which is primed with the first sample. The clips last 65 to
393 s; the last 60 s of each are used, because according to the authors the clip has its effect then. A score of 4 or 5
is high.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.datasets.clips import Clip, clip_epochs
from earloop.model.tasks.datasets.matlab import read_matlab
from earloop.model.tasks.datasets.montage import Montage
from earloop.model.tasks.epochs import Epochs
from earloop.spec.design import Design

Score = Literal["valence", "arousal", "dominance"]
FILE = "DREAMER.mat"
# The four channels of each side that are nearest to the ear; the reference is the EPOC's common mode sensor.
MONTAGE = Montage(
    available=("AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4"),
    left=("F7", "FC5", "T7", "P7"),
    right=("F8", "FC6", "T8", "P8"),
    reference="P3",
    mains_hz=50,
)
LAST_S = 60.0
HIGH = 4
CLASSES = ("high", "low")


def load(
    folder: Path | str,
    design: Design | None = None,
    subjects: Collection[str] | None = None,
    cache: Path | str | None = None,
    score: Score = "valence",
) -> Epochs:
    """Return windows of the last minute of every clip, labelled `high` or `low`.

    Parameters
    ----------
    design : a design with at most eight of the fourteen channels; None means the eight nearest to the ears
    subjects : numbers of subjects, from `01`; None means all
    cache : folder in which tokens are stored, and from which they are read by memory map; None means no cache

    Raises
    ------
    ModelError
        There is no DREAMER.mat, it has another structure, a subject is unknown, or all clips have one class.
    """
    path = Path(folder) / FILE
    design = MONTAGE.design("DREAMER", design)
    try:
        root = read_matlab(path)["DREAMER"]
        sfreq, channels = float(root.EEG_SamplingRate), tuple(str(name) for name in root.EEG_Electrodes)
        people = {f"{i:02}": person for i, person in enumerate(np.atleast_1d(root.Data), 1)}
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: this file does not have DREAMER's structure: {error}") from None
    if channels != MONTAGE.available:
        raise ModelError(f"{path}: electrodes {', '.join(channels)}; wanted {', '.join(MONTAGE.available)}")
    missing = sorted(set(subjects or ()) - set(people))
    if missing:
        raise ModelError(f"{path}: no subject {', '.join(missing)}; valid: {', '.join(people)}")
    columns, samples = MONTAGE.columns(design), round(LAST_S * sfreq)
    clips = (
        (path, _clip(subject, number, np.asarray(signal, np.float64)[-samples:, columns], rating))
        for subject, person in people.items()
        if subjects is None or subject in subjects
        for number, (signal, rating) in enumerate(_rated(path, person, score), 1)
    )
    return clip_epochs(f"DREAMER {score}", design, clips, sfreq, CLASSES, cache)


def _clip(subject: str, number: int, uv: NDArray[np.float64], rating: float) -> Clip:
    run = f"{number:02}"
    return Clip(
        uv=uv, label=CLASSES[int(rating < HIGH)], name=f"{subject}_{run}", subject=subject, session="1", run=run
    )


def _rated(path: Path, person: Any, score: Score) -> list[tuple[Any, float]]:
    """Return signal and rating of each clip of a person."""
    try:
        signals = list(person.EEG.stimuli)
        ratings = [float(rating) for rating in np.atleast_1d(getattr(person, f"Score{score.capitalize()}"))]
        if len(signals) != len(ratings) or any(signal.ndim != 2 for signal in signals):
            raise ValueError(f"{len(signals)} clips with {len(ratings)} ratings")
    except (AttributeError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: this file does not have DREAMER's structure: {error}") from None
    return list(zip(signals, ratings, strict=True))
