"""Tasks from real recordings, by name. All recordings are in one folder of the user.

Every recording is tokenised by the golden model of a design with the recording's electrodes and mains frequency, and
the reference's twelve bands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.real_eyes import blinks, eyes_closed, rem_saccades, saccades
from earloop.model.tasks.real_muse import LEFT_RIGHT, N170, P300, SSVEP, load_muse

MUSE_LICENCE = "muse-lsl, BSD-3-Clause"


@dataclass(frozen=True)
class RealTask:
    """A task from recordings in a folder.

    about : the classes and the electrodes
    windows : how epochs are cut
    licence : licence of the recordings
    """

    name: str
    about: str
    windows: str
    licence: str
    _load: Callable[[Path], Epochs]

    def load(self, folder: Path | str) -> Epochs:
        """Return the task's epochs.

        Raises
        ------
        ModelError
            The folder, or a file that the task needs, does not exist.
        RecordingError
            A recording is damaged.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise ModelError(f"{folder}: no such folder; wanted the folder of real recordings")
        return self._load(folder)


_TASKS = (
    RealTask(
        "ssvep",
        "flicker at 20 or 30 Hz, TP9 and TP10, one person",
        "2.5 s from 0.3 s after the flicker begins",
        MUSE_LICENCE,
        partial(load_muse, SSVEP),
    ),
    RealTask(
        "n170",
        "a face or a house, TP9 and TP10, one person",
        "0.75 s from the picture",
        MUSE_LICENCE,
        partial(load_muse, N170),
    ),
    RealTask(
        "p300",
        "a rare target or a frequent standard, TP9 and TP10, one person in three sessions",
        "0.75 s from the picture",
        MUSE_LICENCE,
        partial(load_muse, P300),
    ),
    RealTask(
        "left-right",
        "a stimulus on the left or on the right, TP9 and TP10, one person",
        "0.5 s from the stimulus",
        MUSE_LICENCE,
        partial(load_muse, LEFT_RIGHT),
    ),
    RealTask(
        "eyes",
        "eyes closed or open, one electrode without a name, one person",
        "2 s, contiguous",
        "BioSPPy, BSD-3-Clause",
        eyes_closed,
    ),
    RealTask(
        "blinks",
        "a blink or none, horizontal and vertical EOG, one person; labelled by a detector",
        "1 s, contiguous",
        "NeuroKit, MIT",
        blinks,
    ),
    RealTask(
        "saccades",
        "direction of a saccade, horizontal and vertical EOG, one person; labelled by a detector",
        "1 s from 0.25 s before the saccade",
        "NeuroKit, MIT",
        saccades,
    ),
    RealTask(
        "rem-saccades",
        "direction of a saccade in REM sleep, LOC and ROC, one person; labelled by a detector",
        "1 s from 0.25 s before the saccade",
        "YASA, BSD-3-Clause",
        rem_saccades,
    ),
)
REAL_TASKS: dict[str, RealTask] = {task.name: task for task in _TASKS}
