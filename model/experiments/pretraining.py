"""Does pretraining on synthetic people help? Pretrained against from scratch, by share of corpus and of labels.

The encoder sees no real signal before the labelled epochs of a task. The network from scratch is compared with three
uses of an encoder: all of it is trained (`full`); a linear model uses its features (`frozen`); a linear model uses the
features of an untrained encoder (`random`), which shows how much the features depend on pretraining.
"""

from __future__ import annotations

from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import along
from earloop.model.experiments.judging import JudgedModel, judge, thinned
from earloop.model.experiments.pretrained import pretrained_encoder, untrained
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import Task, labels_of, tasks_of
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.protocol import Model
from earloop.spec.design import Design

CORPUS_SHARES = (0.1, 1.0)
REAL_TASKS = ("SSVEP", "N170", "left-right")
LABEL_SHARES = (0.1, 0.3, 1.0)
HEAD = ("task", "labels", "model", "score", "better than scratch by", "better than random by")


def run(setting: Setting) -> ExperimentReport:
    """Pretrain on each share of the corpus, then judge every model on every share of the labels."""
    tasks = tasks_of(setting, real=REAL_TASKS, scenarios=("task-taste",))
    design = ear_design()
    hours = setting.budget.pretrain_hours
    encoders = {share: pretrained_encoder(setting, design, share * hours) for share in CORPUS_SHARES}
    models = _models(setting, encoders)
    rows: list[tuple[Cell, ...]] = []
    found: dict[str, dict[str, dict[float, JudgedModel]]] = {}
    for name, task in tasks.items():
        arms: dict[str, dict[float, JudgedModel]] = {arm: {} for arm in models}
        for share in LABEL_SHARES:
            rows += _judged(setting, name, task, design, share, models, arms)
        found[name] = arms
    firsts = {name: {arm: by[1.0] for arm, by in arms.items()} for name, arms in found.items()}
    curves = {
        name: {arm: [(share, one.score) for share, one in by.items()] for arm, by in arms.items()}
        for name, arms in found.items()
    }
    return ExperimentReport(
        name="pretraining",
        question="Is an encoder pretrained on synthetic people better than one from scratch, and with how many labels?",
        head=HEAD,
        rows=tuple(rows),
        figure=along(curves, "share of the labels", labels_of(firsts)),
    )


def _models(setting: Setting, encoders: dict[float, Pretrained]) -> dict[str, Model]:
    config = TrainConfig(passes=setting.budget.passes)
    whole = encoders[CORPUS_SHARES[-1]]
    models: dict[str, Model] = {"scratch": finetuning("scratch", preset=setting.budget.preset, config=config)}
    models["random, frozen"] = finetuning("frozen", untrained(whole, setting.seed))
    for share, encoder in encoders.items():
        models[f"{share:.0%} of corpus, frozen"] = finetuning("frozen", encoder)
    models["pretrained, full"] = finetuning("full", whole, config=config)
    return models


def _judged(
    setting: Setting,
    name: str,
    task: Task,
    design: Design,
    share: float,
    models: dict[str, Model],
    arms: dict[str, dict[float, JudgedModel]],
) -> list[tuple[Cell, ...]]:
    """Judge every model with a share of the labels, add each result to `arms`, and return the rows."""
    epochs = task.load(design)
    splits = thinned(task.split(epochs), epochs, share, setting.seed)
    with setting.stage(f"{name}, {share:.0%} of labels", len(models), "models") as advance:
        for number, (arm, model) in enumerate(models.items()):
            seeds = setting.seeds if "frozen" not in arm else setting.seeds[:1]  # a solution needs no seed
            arms[arm][share] = judge(epochs, splits, model, seeds).repeated(len(setting.seeds) // len(seeds))
            advance(number + 1)
    scratch, random = arms["scratch"][share], arms["random, frozen"][share]
    return [
        (
            name,
            f"{share:.0%}",
            arm,
            by[share].score,
            "" if arm == "scratch" else by[share].gain(scratch),
            by[share].gain(random) if arm.endswith("corpus, frozen") else "",
        )
        for arm, by in arms.items()
    ]
