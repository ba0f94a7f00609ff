"""What of the synthetic signal does pretraining rest on? The same steps on people who do ever more, and on real ones.

Each diet adds what the one before lacks: people who rest, people who look at the flicker and the pictures that the real
recordings were made with, people who also live, with all the movement that goes with it; on the last of them once more
for longer, and once more with an encoder of the next larger size. At the end of that way are the real recordings
themselves, their labels unused; the signal of the epochs that are asked is in them, so that is a bound and no result.
Every encoder is left as it is, under a linear model; beside them the network from scratch, and encoders of both sizes
that have learned nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.config import PRESETS
from model.evaluation.protocol import Model
from model.experiments.bands import ear_design
from model.experiments.figures import side_by_side
from model.experiments.judging import Judged, judge
from model.experiments.pretrained import SCENARIOS, pretrained_encoder, pretrained_on, untrained
from model.experiments.report import Cell, Report
from model.experiments.setting import Setting
from model.experiments.tasks import labels_of, levels_of, tasks_of
from model.finetuning.finetune import finetuning
from model.finetuning.network import Pretrained
from model.finetuning.training import TrainConfig
from model.tasks.epochs import Epochs
from spec.design import Design

DIETS = {
    "rest": ("rest",),
    "+ flicker and pictures": ("rest", "ssvep", "n170"),
    "+ living": ("rest", *SCENARIOS),
}
MOST = "+ living"
LONGER = 5
LONGEST = f"{MOST}, {LONGER} x the steps"
REAL = "real signals"
UNTRAINED = "untrained"
REAL_TASKS = ("SSVEP", "N170", "left-right")
HEAD = ("task", "pretrained on", "score", "better than scratch by", "better than untrained by")


@dataclass(frozen=True)
class _Arm:
    """A model, and the name of the arm of its size that has learned nothing, unless it is one or is trained itself."""

    model: Model
    nothing: str | None = None


def run(setting: Setting) -> Report:
    """Pretrain on each diet, and probe every encoder on every real task; raises ModelError without the recordings."""
    design = ear_design()
    tasks = tasks_of(setting, real=REAL_TASKS)
    epochs = {name: task.load(design) for name, task in tasks.items()}
    arms_asked = _arms(setting, design, epochs)
    found: dict[str, dict[str, Judged]] = {}
    for name, task in tasks.items():
        splits = task.split(epochs[name])
        arms = found.setdefault(name, {})
        with setting.stage(name, len(arms_asked), "models") as advance:
            for number, (arm, asked) in enumerate(arms_asked.items()):
                seeds = setting.seeds if arm == "scratch" else setting.seeds[:1]  # solved for: nothing is drawn
                judged = judge(epochs[name], splits, asked.model, seeds)
                arms[arm] = judged.repeated(len(setting.seeds) // len(seeds))
                advance(number + 1)
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            arm,
            one.score,
            "" if arm == "scratch" else one.gain(arms["scratch"]),
            "" if (nothing := arms_asked[arm].nothing) is None else one.gain(arms[nothing]),
        )
        for name, arms in found.items()
        for arm, one in arms.items()
    ]
    panels = {name: {arm: one.score for arm, one in arms.items()} for name, arms in found.items()}
    return Report(
        "realism",
        "What of the synthetic signal does pretraining rest on?",
        HEAD,
        tuple(rows),
        side_by_side(panels, labels_of(found), levels_of(found)),
    )


def _arms(setting: Setting, design: Design, epochs: dict[str, Epochs]) -> dict[str, _Arm]:
    hours, preset = setting.budget.pretrain_hours, setting.budget.preset
    encoders = {diet: pretrained_encoder(setting, design, hours, scenarios) for diet, scenarios in DIETS.items()}
    encoders[LONGEST] = pretrained_encoder(setting, design, hours, DIETS[MOST], longer=LONGER)
    streams = tuple(stream for task in epochs.values() for stream in task.streams)
    encoders[REAL] = pretrained_on(setting, design, streams, "real-" + "-".join(epochs).replace(" ", "-"))
    config = TrainConfig(passes=setting.budget.passes)
    arms = {"scratch": _Arm(finetuning("scratch", preset=preset, config=config))}
    arms |= _frozen(setting, encoders, UNTRAINED)
    for size in _larger(preset):
        larger = replace(setting, budget=replace(setting.budget, preset=size))
        learned = pretrained_encoder(larger, design, hours, DIETS[MOST])
        arms |= _frozen(setting, {f"{MOST}, {size}": learned}, f"{UNTRAINED}, {size}")
    return arms


def _frozen(setting: Setting, encoders: dict[str, Pretrained], nothing: str) -> dict[str, _Arm]:
    """Encoders of one size as they are, after one of that size that has learned nothing, under that name."""
    fresh = untrained(next(iter(encoders.values())), setting.seed)
    return {
        nothing: _Arm(finetuning("frozen", fresh)),
        **{name: _Arm(finetuning("frozen", encoder), nothing) for name, encoder in encoders.items()},
    }


def _larger(preset: str) -> tuple[str, ...]:
    """The next size, unless there is none."""
    sizes = tuple(PRESETS)
    after = sizes.index(preset) + 1
    return sizes[after : after + 1]
