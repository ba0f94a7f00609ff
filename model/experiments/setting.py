"""The setting of an experiment: its folder, its budget, the real recordings, and the corpora that it synthesises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from earloop.model.experiments.budget import ExperimentSize
from earloop.model.tokens.corpus_tokens import CorpusTokens, corpus_tokens
from earloop.sim.corpus import generate, in_process, plan_corpus
from earloop.spec.design import Design
from earloop.synth_data import load_scenario

Stage = Callable[[str, int, str], AbstractContextManager[Callable[[int], None]]]
"""Begins a stage of the work with its name, its total and the unit; the context is called with the amount done."""

LONGEST_SESSION_S = 240


@contextmanager
def silent(name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Report no progress of a stage."""
    yield lambda done: None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The setting that an experiment runs with.

    folder : folder for corpora, tokens and checkpoints; existing ones are used again
    real : folder of real recordings; None leaves the real tasks out
    seed : seed of corpora, training and resampling
    stage : called at the start of each stage of the work
    only : names of the experiment's tasks to run; all if empty
    """

    folder: Path
    budget: ExperimentSize
    real: Path | None = None
    seed: int = 1
    stage: Stage = silent
    only: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the trainings of one model."""
        return tuple(range(self.seed, self.seed + self.budget.seeds))

    def tokens(
        self, scenario: str, design: Design, hours: float, subjects: int, *, seed: int = 0, truth: bool = False
    ) -> CorpusTokens:
        """Return the tokens of people in a scenario; missing corpora are synthesised and tokenised.

        Parameters
        ----------
        seed : added to the setting's seed, so that different corpora have different people
        truth : whether the corpus stores the true sources and tracks
        """
        longest_s = min(LONGEST_SESSION_S, max(10, int(hours * 3600 / subjects)))
        plan = plan_corpus(
            design,
            load_scenario(scenario),
            hours=hours,
            subjects=subjects,
            seed=self.seed + seed,
            longest_s=longest_s,
            truth=truth,
        )
        # The name has everything that decides the bytes, except the scenario's text, which `generate` compares.
        name = f"{scenario}-{design.design_hash[:8]}-{plan.seconds}s-{subjects}-{plan.seed}{'-truth' if truth else ''}"
        path = self.folder / "corpora" / f"{name}.zarr"
        with self.stage(f"synthesise {scenario}", plan.seconds, "s of signal") as advance:
            generate(plan, path, in_process, advance)
        with self.stage(f"tokenise {scenario}", plan.seconds, "s of signal") as advance:
            return corpus_tokens(path, design, advance=advance)
