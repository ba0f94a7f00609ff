"""Comparison of frozen encoders, each under a linear model, with the network from scratch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earloop.model.experiments.figures import side_by_side
from earloop.model.experiments.judging import JudgedModel, judge
from earloop.model.experiments.pretrained import untrained
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import Task, labels_of, levels_of
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs

SCRATCH, UNTRAINED = "scratch", "untrained"
HEAD = ("task", "encoder", "score", "better than scratch by", "better than untrained by")


@dataclass(frozen=True)
class Arm:
    """A model in a comparison.

    untrained : name of the arm with an untrained encoder of the same size; None for that arm and for trained networks
    """

    model: Model
    untrained: str | None = None


def scratch_arm(setting: Setting) -> dict[str, Arm]:
    """Return the arm of the network of the budget's size, trained on each task."""
    config = TrainConfig(passes=setting.budget.passes)
    return {SCRATCH: Arm(finetuning("scratch", preset=setting.budget.preset, config=config))}


def frozen_arms(setting: Setting, encoders: Mapping[str, Pretrained], reference: str = UNTRAINED) -> dict[str, Arm]:
    """Return an arm with an untrained encoder, called `reference`, and one for each of `encoders`, all of one size."""
    fresh = untrained(next(iter(encoders.values())), setting.seed)
    return {
        reference: Arm(finetuning("frozen", fresh)),
        **{name: Arm(finetuning("frozen", encoder), reference) for name, encoder in encoders.items()},
    }


def probe(
    setting: Setting,
    tasks: Mapping[str, Task],
    epochs: Mapping[str, Epochs],
    arms: Mapping[str, Arm],
    *,
    name: str,
    question: str,
) -> ExperimentReport:
    """Judge every arm, which include the one from scratch, on every task's epochs; return the experiment's report."""
    found: dict[str, dict[str, JudgedModel]] = {}
    for task_name, task in tasks.items():
        splits = task.split(epochs[task_name])
        by_arm = found.setdefault(task_name, {})
        with setting.stage(task_name, len(arms), "models") as advance:
            for number, (arm, judged_arm) in enumerate(arms.items()):
                seeds = setting.seeds if arm == SCRATCH else setting.seeds[:1]  # a solution needs no seed
                judged = judge(epochs[task_name], splits, judged_arm.model, seeds)
                by_arm[arm] = judged.repeated(len(setting.seeds) // len(seeds))
                advance(number + 1)
    rows: list[tuple[Cell, ...]] = [
        (
            task_name,
            arm,
            one.score,
            "" if arm == SCRATCH else one.gain(by_arm[SCRATCH]),
            "" if (reference := arms[arm].untrained) is None else one.gain(by_arm[reference]),
        )
        for task_name, by_arm in found.items()
        for arm, one in by_arm.items()
    ]
    panels = {task_name: {arm: one.score for arm, one in by_arm.items()} for task_name, by_arm in found.items()}
    figure = side_by_side(panels, labels_of(found), levels_of(found))
    return ExperimentReport(name=name, question=question, head=HEAD, rows=tuple(rows), figure=figure)
