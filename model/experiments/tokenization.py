"""Do the bands help? The same small model is trained from scratch on 1, 2, 4 and 12 bands of the same signals.

Training epochs, passes, width, depth and learning rate are the same for all. More bands are more tokens, so that a pass
takes longer; the table has the seconds.
"""

from __future__ import annotations

from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import side_by_side
from earloop.model.experiments.judging import JudgedModel, judge
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import labels_of, levels_of, tasks_of
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig

COUNTS = (1, 2, 4, 12)
SYNTHETIC = ("ssvep", "task-taste", "task-gaze")
HEAD = ("task", "bands", "tokens", "parameters", "seconds", "score", "12 bands better by")


def run(setting: Setting) -> ExperimentReport:
    """Train and judge on every task that is available."""
    config = TrainConfig(passes=setting.budget.passes)
    rows: list[tuple[Cell, ...]] = []
    found: dict[str, dict[str, JudgedModel]] = {}
    for name, task in tasks_of(setting, real=("SSVEP",), scenarios=SYNTHETIC).items():
        judged: dict[int, JudgedModel] = {}
        tokens: dict[int, int] = {}
        for count in COUNTS:
            epochs = task.load(ear_design(count))
            splits = task.split(epochs)
            tokens[count] = count * len(epochs.format.channels) * epochs.patches
            model = finetuning("scratch", preset=setting.budget.preset, config=config)
            with setting.stage(f"{name}, {count} bands", len(splits) * len(setting.seeds), "fits") as advance:
                judged[count] = judge(epochs, splits, model, setting.seeds, advance)
        rows += [
            (
                name,
                count,
                tokens[count],
                one.parameters,
                round(one.seconds),
                one.score,
                "" if count == COUNTS[-1] else judged[COUNTS[-1]].gain(one),
            )
            for count, one in judged.items()
        ]
        found[name] = {_title(count): one for count, one in judged.items()}
    return ExperimentReport(
        name="tokenization",
        question="Do the twelve physiological bands help a model of the same size on the same signals?",
        head=HEAD,
        rows=tuple(rows),
        figure=side_by_side(
            {name: {arm: one.score for arm, one in arms.items()} for name, arms in found.items()},
            labels_of(found),
            levels_of(found),
        ),
    )


def _title(count: int) -> str:
    return f"{count} band{'s' if count > 1 else ''}"
