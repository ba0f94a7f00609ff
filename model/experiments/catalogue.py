"""The experiments by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earloop.model.experiments.report import ExperimentReport
    from earloop.model.experiments.setting import Setting


@dataclass(frozen=True)
class Experiment:
    """A question that a command answers."""

    name: str
    about: str

    @property
    def run(self) -> Callable[[Setting], ExperimentReport]:
        """The function that runs the experiment; its module is imported on first use."""
        run: Callable[[Setting], ExperimentReport] = import_module(f"earloop.model.experiments.{self.name}").run
        return run


_ALL = (
    Experiment("tokenization", "1, 2, 4 and 12 bands."),
    Experiment("pretraining", "Pretrained against from scratch, by share of corpus and of labels."),
    Experiment("realism", "Which part of the synthetic signal makes pretraining useful."),
    Experiment("objectives", "Which of the six objectives helps a task."),
    Experiment("saliency", "Which bands a task needs."),
    Experiment("crossuser", "Same session, unknown people, and unknown people with a minute of their labels."),
    Experiment("scaling", "Score by hours of corpus."),
    Experiment("flicker", "Real flicker, against a linear model that knows the frequencies."),
)
EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}
