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


@dataclass(frozen=True, kw_only=True)
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
        name="ssvep",
        about="flicker at 20 or 30 Hz, TP9 and TP10, one person",
        windows="2.5 s from 0.3 s after the flicker begins",
        licence=MUSE_LICENCE,
        _load=partial(load_muse, SSVEP),
    ),
    RealTask(
        name="n170",
        about="a face or a house, TP9 and TP10, one person",
        windows="0.75 s from the picture",
        licence=MUSE_LICENCE,
        _load=partial(load_muse, N170),
    ),
    RealTask(
        name="p300",
        about="a rare target or a frequent standard, TP9 and TP10, one person in three sessions",
        windows="0.75 s from the picture",
        licence=MUSE_LICENCE,
        _load=partial(load_muse, P300),
    ),
    RealTask(
        name="left-right",
        about="a stimulus on the left or on the right, TP9 and TP10, one person",
        windows="0.5 s from the stimulus",
        licence=MUSE_LICENCE,
        _load=partial(load_muse, LEFT_RIGHT),
    ),
    RealTask(
        name="eyes",
        about="eyes closed or open, one electrode without a name, one person",
        windows="2 s, contiguous",
        licence="BioSPPy, BSD-3-Clause",
        _load=eyes_closed,
    ),
    RealTask(
        name="blinks",
        about="a blink or none, horizontal and vertical EOG, one person; labelled by a detector",
        windows="1 s, contiguous",
        licence="NeuroKit, MIT",
        _load=blinks,
    ),
    RealTask(
        name="saccades",
        about="direction of a saccade, horizontal and vertical EOG, one person; labelled by a detector",
        windows="1 s from 0.25 s before the saccade",
        licence="NeuroKit, MIT",
        _load=saccades,
    ),
    RealTask(
        name="rem-saccades",
        about="direction of a saccade in REM sleep, LOC and ROC, one person; labelled by a detector",
        windows="1 s from 0.25 s before the saccade",
        licence="YASA, BSD-3-Clause",
        _load=rem_saccades,
    ),
)
REAL_TASKS: dict[str, RealTask] = {task.name: task for task in _TASKS}
