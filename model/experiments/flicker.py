"""Flicker of 20 or 30 Hz, recorded behind the ears: is the network better than a model that knows the frequencies?

An epoch is 2.5 s of TP9 and TP10, from 0.3 s after the marker; each recording in turn is the test.
"""

from __future__ import annotations

from earloop.model.baselines.baselines import LINE_POWER, baselines_for
from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import side_by_side
from earloop.model.experiments.judging import JudgedModel, judge
from earloop.model.experiments.pretrained import pretrained_encoder
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import labels_of, levels_of, tasks_of
from earloop.model.finetuning.averaged import Averaged
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.protocol import Model

MEMBERS = 3
HEAD = ("model", "parameters", "seconds", "score", "better than power at the flicker by")


def run(setting: Setting) -> ExperimentReport:
    """Judge every baseline and every use of the encoder; raises ModelError without the real recordings."""
    ((name, task),) = tasks_of(setting, real=("SSVEP",)).items()
    epochs = task.load(ear_design())
    splits = task.split(epochs)
    config = TrainConfig(passes=setting.budget.passes)
    encoder = pretrained_encoder(setting, ear_design(), setting.budget.pretrain_hours)
    models: dict[str, Model] = baselines_for(epochs) | {
        "PiMT frozen": finetuning("frozen", encoder),
        "PiMT scratch": Averaged(finetuning("scratch", preset=setting.budget.preset, config=config), MEMBERS),
        "PiMT": Averaged(finetuning("full", encoder, config=config), MEMBERS),
    }
    found: dict[str, JudgedModel] = {}
    for arm, model in models.items():
        with setting.stage(arm, len(splits), "fits") as advance:
            found[arm] = judge(epochs, splits, model, (setting.seed,), advance)
    informed = found[LINE_POWER]
    rows: list[tuple[Cell, ...]] = [
        (arm, one.parameters, round(one.seconds), one.score, "" if one is informed else one.gain(informed))
        for arm, one in found.items()
    ]
    panels = {name: {arm: one.score for arm, one in found.items()}}
    return ExperimentReport(
        name="flicker",
        question="Is the network better than a linear model that knows the frequencies?",
        head=HEAD,
        rows=tuple(rows),
        figure=side_by_side(panels, labels_of({name: found}), levels_of({name: found})),
        notes=(f"PiMT and PiMT scratch are the mean of {MEMBERS} networks that differ in their seed.",),
    )
