"""The tasks of experiments, for any design with two electrodes behind the ears, each with its splits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.experiments.judging import JudgedModel
from earloop.model.experiments.setting import Setting
from earloop.model.tasks.corpus_task import classification, gaze
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.real_muse import LEFT_RIGHT, N170, SSVEP, MuseTask, load_muse
from earloop.model.tasks.splits import Split, leave_one_run_out, subject_folds
from earloop.spec.design import Design

PATCHES = 8  # of a synthetic epoch: 2 s
REAL: dict[str, MuseTask] = {"SSVEP": SSVEP, "N170": N170, "left-right": LEFT_RIGHT}
GAZE = "task-gaze"  # a regression of angles, not a classification


@dataclass(frozen=True)
class Task:
    """A task for any design.

    load : returns the task's epochs for a design
    split : returns the splits of those epochs
    """

    load: Callable[[Design], Epochs]
    split: Callable[[Epochs], tuple[Split, ...]]


def tasks_of(setting: Setting, *, real: Sequence[str] = (), scenarios: Sequence[str] = ()) -> dict[str, Task]:
    """Return an experiment's tasks by name: those of `REAL`, if the recordings are available, and those of scenarios.

    In a real task each recording in turn is the test; in a synthetic task, people without training epochs.

    Raises
    ------
    ModelError
        The setting chooses none of the tasks.
    """
    tasks = {} if setting.real is None else {f"real {name}": _real(setting.real, REAL[name]) for name in real}
    for scenario in scenarios:
        tasks[f"synthetic {scenario.removeprefix('task-')}"] = Task(_synthetic(setting, scenario), subject_folds)
    chosen = {name: task for name, task in tasks.items() if not setting.only or name in setting.only}
    if not chosen:
        wanted = f" called {' or '.join(setting.only)}" if setting.only else ""
        without = "" if setting.real else "; the real tasks need the folder of recordings, --real"
        raise ModelError(f"no task{wanted}; valid: {', '.join(tasks) or 'none'}{without}")
    return chosen


def _real(folder: Path, task: MuseTask) -> Task:
    return Task(lambda design: load_muse(task, folder, design), leave_one_run_out)


def _synthetic(setting: Setting, scenario: str) -> Callable[[Design], Epochs]:
    budget, is_gaze = setting.budget, scenario == GAZE

    def load(design: Design) -> Epochs:
        tokens = setting.tokens(scenario, design, budget.task_hours, budget.subjects, truth=is_gaze)
        return gaze(tokens, PATCHES) if is_gaze else classification(tokens, PATCHES)

    return load


def labels_of(found: Mapping[str, Mapping[str, JudgedModel]]) -> dict[str, str]:
    """Return the label of each task's axis: its metric, with the unit."""
    metrics = {task: next(iter(arms.values())).metric for task, arms in found.items()}
    return {task: f"{metric.name}, {metric.unit}" if metric.unit else metric.name for task, metric in metrics.items()}


def levels_of(found: Mapping[str, Mapping[str, JudgedModel]]) -> dict[str, float]:
    """Return the chance level of each classification's balanced accuracy: one over the number of classes."""
    firsts = {task: next(iter(arms.values())) for task, arms in found.items()}
    return {task: 1 / one.predicted.shape[1] for task, one in firsts.items() if one.target.ndim == 1}
