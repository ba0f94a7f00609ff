"""Which part of the synthetic signal makes pretraining useful? The same steps on ever richer signals, and on real ones.

Each diet of the pretraining adds activities: people who rest; people who also watch the flicker and the pictures of the
real recordings; people who also live freely, with all their movement. The last diet is repeated with more steps, and
with an encoder of the next larger size. The last encoder is pretrained on the real recordings without their labels;
these contain the signal of the test epochs, so that its score is an upper bound. Every encoder is frozen under a linear
model, and compared with the network from scratch and with untrained encoders of both sizes.
"""

from __future__ import annotations

from dataclasses import replace

from earloop.model.config import PRESETS
from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.pretrained import SCENARIOS, pretrained_encoder, pretrained_on
from earloop.model.experiments.probing import UNTRAINED, Arm, frozen_arms, probe, scratch_arm
from earloop.model.experiments.report import ExperimentReport
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


def run(setting: Setting) -> ExperimentReport:
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
        question="Which part of the synthetic signal makes pretraining useful?",
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
    """Return the next larger size, or nothing for the largest."""
    sizes = tuple(PRESETS)
    after = sizes.index(preset) + 1
    return sizes[after : after + 1]
