"""How many hours of corpus does pretraining need? Encoders pretrained on more and more hours, for the same steps.

The paper finds that classification stops improving at a third of its 50 hours, and gaze at a half (arXiv 2510.20853,
section 5.5). The probe is linear and the encoder is frozen, so that the score depends only on the pretraining.
"""

from __future__ import annotations

from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import along
from earloop.model.experiments.judging import JudgedModel, judge
from earloop.model.experiments.pretrained import SCENARIOS, pretrained_encoder
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import labels_of, tasks_of
from earloop.model.finetuning.finetune import finetuning

SHARES = (1 / 6, 1 / 2, 1.0)
HEAD = ("task", "hours", "score", "better than the least by")


def run(setting: Setting) -> ExperimentReport:
    """Pretrain on each number of hours, and probe each encoder on a classification and on gaze."""
    design = ear_design()
    tasks = tasks_of(setting, real=("SSVEP",), scenarios=("task-taste", "task-gaze"))
    hours = [share * setting.budget.pretrain_hours for share in SHARES]
    encoders = {each * len(SCENARIOS): pretrained_encoder(setting, design, each) for each in hours}
    found: dict[str, dict[float, JudgedModel]] = {}
    for name, task in tasks.items():
        epochs = task.load(design)
        splits = task.split(epochs)
        with setting.stage(f"probe {name}", len(encoders), "encoders") as advance:
            for number, (total, encoder) in enumerate(encoders.items()):
                probe = finetuning("frozen", encoder)
                found.setdefault(name, {})[total] = judge(epochs, splits, probe, setting.seeds[:1])
                advance(number + 1)
    rows: list[tuple[Cell, ...]] = []
    for name, by in found.items():
        least = by[min(by)]
        rows += [(name, total, one.score, "" if one is least else one.gain(least)) for total, one in by.items()]
    curves = {name: {"linear probe": [(total, one.score) for total, one in by.items()]} for name, by in found.items()}
    firsts = {name: {"probe": by[min(by)]} for name, by in found.items()}
    return ExperimentReport(
        name="scaling",
        question="How does an encoder's score grow with the hours that it was pretrained on?",
        head=HEAD,
        rows=tuple(rows),
        figure=along(curves, "hours of corpus", labels_of(firsts)),
    )
