"""What of the synthetic signal does pretraining rest on? The same steps on people who do ever more, and on real ones.

Each diet adds what the one before lacks: people who rest, people who look at the flicker and the pictures that the real
recordings were made with, people who also live, with all the movement that goes with it; on the last of them once more
for longer, and once more with an encoder of the next larger size. At the end of that way are the real recordings
themselves, their labels unused; the signal of the epochs that are asked is in them, so that is a bound and no result.
Every encoder is left as it is, under a linear model; beside them the network from scratch, and encoders of both sizes
that have learned nothing.
"""

from __future__ import annotations

from dataclasses import replace

from earloop.model.config import PRESETS
from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.pretrained import SCENARIOS, pretrained_encoder, pretrained_on
from earloop.model.experiments.probing import UNTRAINED, Arm, frozen_arms, probe, scratch_arm
from earloop.model.experiments.report import Report
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import tasks_of
from earloop.model.tasks.epochs import Epochs
from earloop.spec.design import Design

DIETS = {
    "rest": ("rest",),
    "+ flicker and pictures": ("rest", "ssvep", "n170"),
    "+ living": ("rest", *SCENARIOS),
}
MOST = "+ living"
LONGER = 5
LONGEST = f"{MOST}, {LONGER} x the steps"
REAL = "real signals"
REAL_TASKS = ("SSVEP", "N170", "left-right")


def run(setting: Setting) -> Report:
    """Pretrain on each diet, and probe every encoder on every real task; raises ModelError without the recordings."""
    design = ear_design()
    tasks = tasks_of(setting, real=REAL_TASKS)
    epochs = {name: task.load(design) for name, task in tasks.items()}
    return probe(
        setting,
        tasks,
        epochs,
        scratch_arm(setting) | _frozen(setting, design, epochs),
        name="realism",
        question="What of the synthetic signal does pretraining rest on?",
    )


def _frozen(setting: Setting, design: Design, epochs: dict[str, Epochs]) -> dict[str, Arm]:
    hours = setting.budget.pretrain_hours
    encoders = {diet: pretrained_encoder(setting, design, hours, scenarios) for diet, scenarios in DIETS.items()}
    encoders[LONGEST] = pretrained_encoder(setting, design, hours, DIETS[MOST], longer=LONGER)
    streams = tuple(stream for task in epochs.values() for stream in task.streams)
    encoders[REAL] = pretrained_on(setting, design, streams, "real-" + "-".join(epochs).replace(" ", "-"))
    arms = frozen_arms(setting, encoders)
    for size in _larger(setting.budget.preset):
        larger = replace(setting, budget=replace(setting.budget, preset=size))
        learned = pretrained_encoder(larger, design, hours, DIETS[MOST])
        arms |= frozen_arms(setting, {f"{MOST}, {size}": learned}, f"{UNTRAINED}, {size}")
    return arms


def _larger(preset: str) -> tuple[str, ...]:
    """The next size, unless there is none."""
    sizes = tuple(PRESETS)
    after = sizes.index(preset) + 1
    return sizes[after : after + 1]
