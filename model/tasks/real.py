"""Tasks from real recordings, by name, each from the one folder that its user has them in.

Every recording goes through the golden tokenizer of a design with its own electrodes and mains, and the reference's
twelve bands.
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
    """A task whose recordings lie in a folder.

    about : what is told apart, on which electrodes
    windows : how epochs are cut
    licence : of the recordings
    """

    name: str
    about: str
    windows: str
    licence: str
    _load: Callable[[Path], Epochs]

    def load(self, folder: Path | str) -> Epochs:
        """The task's epochs.

        Raises
        ------
        ModelError
            No such folder, or a file that the task needs is not in it.
        RecordingError
            A damaged recording.
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
        "a stimulus to the left or the right, TP9 and TP10, one person",
        "0.5 s from the stimulus",
        MUSE_LICENCE,
        partial(load_muse, LEFT_RIGHT),
    ),
    RealTask(
        "eyes",
        "eyes closed or open, one electrode that is not named, one person",
        "2 s, one after another",
        "BioSPPy, BSD-3-Clause",
        eyes_closed,
    ),
    RealTask(
        "blinks",
        "a blink or none, horizontal and vertical EOG, one person; labelled by a detector",
        "1 s, one after another",
        "NeuroKit, MIT",
        blinks,
    ),
    RealTask(
        "saccades",
        "which way the eyes jump, horizontal and vertical EOG, one person; labelled by a detector",
        "1 s from 0.25 s before the jump",
        "NeuroKit, MIT",
        saccades,
    ),
    RealTask(
        "rem-saccades",
        "which way the eyes jump in REM sleep, LOC and ROC, one person; labelled by a detector",
        "1 s from 0.25 s before the jump",
        "YASA, BSD-3-Clause",
        rem_saccades,
    ),
)
REAL_TASKS: dict[str, RealTask] = {task.name: task for task in _TASKS}
