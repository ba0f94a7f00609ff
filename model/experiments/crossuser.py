"""How much does the score depend on training data of the same person?

The paper reports 88 % F1 within sessions and 59 % across people (arXiv 2510.20853, table 7). Here every arm is judged
on the same epochs: the later half of each person's epochs. The arm `own` learns from that person's earlier half,
`others` from all other people, `others + a minute` from all other people and the first minute of the earlier half.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from earloop.model.baselines.baselines import BAND_POWER, baselines_for
from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import side_by_side
from earloop.model.experiments.judging import JudgedModel, judge
from earloop.model.experiments.pretrained import pretrained_encoder
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import labels_of, levels_of, tasks_of
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split

MINUTE_S = 60.0
HEAD = ("task", "model", "learned from", "score", "better than others alone by")

Indices = NDArray[np.int64]


def run(setting: Setting) -> ExperimentReport:
    """Judge a network from scratch, a probe of a pretrained encoder, and the linear baseline in all three arms."""
    encoder = pretrained_encoder(setting, ear_design(), setting.budget.pretrain_hours)
    rows: list[tuple[Cell, ...]] = []
    found: dict[str, dict[str, JudgedModel]] = {}
    for name, task in tasks_of(setting, scenarios=("task-taste", "task-jaw")).items():
        epochs = task.load(ear_design())
        models: dict[str, Model] = {
            "network": finetuning(
                "scratch", preset=setting.budget.preset, config=TrainConfig(passes=setting.budget.passes)
            ),
            "frozen encoder": finetuning("frozen", encoder),
            BAND_POWER: baselines_for(epochs)[BAND_POWER],
        }
        for kind, model in models.items():
            arms: dict[str, JudgedModel] = {}
            for arm, learn in ARMS.items():
                splits = tuple(person_split(epochs, person, learn) for person in np.unique(epochs.subject))
                seeds = setting.seeds if kind == "network" else setting.seeds[:1]  # others have a solution without seed
                with setting.stage(f"{name}, {kind}, {arm}", len(splits) * len(seeds), "fits") as advance:
                    arms[arm] = judge(epochs, splits, model, seeds, advance)
            rows += [
                (name, kind, arm, one.score, "" if arm == "others" else one.gain(arms["others"]))
                for arm, one in arms.items()
            ]
            found[f"{name.removeprefix('synthetic ')}, {kind}"] = arms
    return ExperimentReport(
        name="crossuser",
        question="How much worse is the score for an unknown person, and how much does a minute of data help?",
        head=HEAD,
        rows=tuple(rows),
        figure=side_by_side(
            {name: {arm: one.score for arm, one in arms.items()} for name, arms in found.items()},
            labels_of(found),
            levels_of(found),
        ),
    )


def _own(epochs: Epochs, earlier: Indices, others: Indices) -> Indices:
    return earlier


def _others(epochs: Epochs, earlier: Indices, others: Indices) -> Indices:
    return others


def _and_a_minute(epochs: Epochs, earlier: Indices, others: Indices) -> Indices:
    """Return the others' epochs, and those that begin in the first minute of the person's earlier half."""
    begins = epochs.start[earlier]
    within = begins - begins.min() < MINUTE_S * epochs.format.rate_hz
    first = epochs.stream[earlier] == epochs.stream[earlier][0]
    return np.concatenate([others, earlier[within & first]])


ARMS: dict[str, Callable[[Epochs, Indices, Indices], Indices]] = {
    "own": _own,
    "others": _others,
    "others + a minute": _and_a_minute,
}


def person_split(epochs: Epochs, person: str, learn: Callable[[Epochs, Indices, Indices], Indices]) -> Split:
    """Return a split whose test is the person's later half; `learn` chooses the training epochs."""
    mine = np.flatnonzero(epochs.subject == person)
    mine = mine[np.lexsort((epochs.start[mine], epochs.stream[mine]))]
    earlier, later = mine[: len(mine) // 2], mine[len(mine) // 2 :]
    return Split(person, np.sort(learn(epochs, earlier, np.flatnonzero(epochs.subject != person))), np.sort(later))
