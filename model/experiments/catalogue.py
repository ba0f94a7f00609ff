"""The experiments by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earloop.model.experiments.report import Report
    from earloop.model.experiments.setting import Setting


@dataclass(frozen=True)
class Experiment:
    """A question that a command answers."""

    name: str
    about: str

    @property
    def run(self) -> Callable[[Setting], Report]:
        """What answers it; loaded when asked for."""
        run: Callable[[Setting], Report] = import_module(f"earloop.model.experiments.{self.name}").run
        return run


_ALL = (
    Experiment("tokenization", "1, 2, 4 and 12 bands."),
    Experiment("pretraining", "From scratch against pretrained, by share of corpus and of labels."),
    Experiment("realism", "What of the synthetic signal pretraining rests on."),
    Experiment("objectives", "Which of the six objectives a task is learned by."),
    Experiment("saliency", "Which band carries a task."),
    Experiment("crossuser", "From the same session to people never seen, and a minute of theirs."),
    Experiment("scaling", "By hours of corpus."),
    Experiment("flicker", "Real flicker, beside a model that is told the frequencies."),
)
EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}
