"""Where an experiment works: its folder, its budget, the real recordings, and the corpora that it makes for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from earloop.model.experiments.budget import Budget
from earloop.model.tokens.corpus_tokens import CorpusTokens, corpus_tokens
from earloop.sim.corpus import generate, in_process, plan_corpus
from earloop.spec.design import Design
from earloop.synth_data import load_scenario

Stage = Callable[[str, int, str], AbstractContextManager[Callable[[int], None]]]
"""Begins a stage of the work: its name, how much there is to do, in which unit; is told how much is done so far."""

LONGEST_SESSION_S = 240


@contextmanager
def silent(name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A stage of which nobody hears."""
    yield lambda done: None


@dataclass(frozen=True)
class Setting:
    """What an experiment is run with.

    folder : for corpora, tokens and checkpoints; what is there already is used again
    real : folder of real recordings; None leaves the real tasks out
    seed : of corpora, training and resampling
    only : names of the tasks that are asked, of those that the experiment has; all when empty
    """

    folder: Path
    budget: Budget
    real: Path | None = None
    seed: int = 1
    stage: Stage = silent
    only: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of each training."""
        return tuple(range(self.seed, self.seed + self.budget.seeds))

    def tokens(
        self, scenario: str, design: Design, hours: float, subjects: int, *, seed: int = 0, truth: bool = False
    ) -> CorpusTokens:
        """The tokens of people who live through a scenario; synthesised and tokenised where they are not there yet.

        Parameters
        ----------
        seed : added to the setting's, so that people of one corpus are not those of another
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
        # Named by all that its bytes follow from, but for the scenario's text, which `generate` compares.
        name = f"{scenario}-{design.design_hash[:8]}-{plan.seconds}s-{subjects}-{plan.seed}{'-truth' if truth else ''}"
        path = self.folder / "corpora" / f"{name}.zarr"
        with self.stage(f"synthesise {scenario}", plan.seconds, "s of signal") as advance:
            generate(plan, path, in_process, advance)
        with self.stage(f"tokenise {scenario}", plan.seconds, "s of signal") as advance:
            return corpus_tokens(path, design, advance=advance)
