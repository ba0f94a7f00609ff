"""A task by the name that a user gives it: of real recordings, of a dataset, or the path of a corpus."""

from __future__ import annotations

from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tasks.corpus_task import classification, gaze
from earloop.model.tasks.datasets import DATASETS
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.real import REAL_TASKS
from earloop.model.tokens.corpus_tokens import corpus_tokens


def task_epochs(task: str, data: Path | None, *, wants_gaze: bool = False) -> Epochs:
    """Return the epochs of a task.

    Parameters
    ----------
    task : name of a task or a dataset, or path of a corpus
    data : folder of the recordings of a task or dataset; not needed for a corpus
    wants_gaze : of a corpus, return the direction of gaze instead of the classes

    Raises
    ------
    ModelError
        There is no such task, its folder is missing, or it has no epochs.
    RecordingError
        A recording is damaged.
    """
    named = REAL_TASKS | DATASETS
    if task not in named:
        if not Path(task).exists():
            raise ModelError(f"task {task!r} is no path of a corpus, and none of {', '.join(named)}")
        return (gaze if wants_gaze else classification)(corpus_tokens(Path(task)))
    if data is None:
        raise ModelError(f"task {task} needs the folder of its recordings: give --data, or set EARLOOP_REAL_DATA")
    return named[task].load(data)
