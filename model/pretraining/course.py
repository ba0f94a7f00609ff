"""The course of a run: its remaining steps, with validations, checkpoints, curves and an early stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import (
    BEST_NAME,
    CHECKPOINT_NAME,
    CheckpointInfo,
    encoder_in,
    save_checkpoint,
)
from earloop.model.pretraining.curves import Curves
from earloop.model.pretraining.run import TrainingRun, total
from earloop.model.pretraining.schedule import leg_ends, rate_of
from earloop.model.pretraining.state import gather_state, gather_weights

Watch = Callable[[Encoder, NDArray[np.float32]], Mapping[str, float]]
"""Evaluates an encoder whose tokens are divided by the scale [bands]; returns scores by name."""


@dataclass(frozen=True, kw_only=True)
class Validation:
    """One evaluation of a run on what it does not learn from.

    steps : steps that were done
    loss : held-out loss; None where nothing is held out
    scores : what the run's `Watch` returned
    """

    steps: int
    loss: float | None
    scores: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Functions that a run calls; `earloop.model.pretraining.trainer.pretrain` explains them."""

    advance: Callable[[float], bool]
    watch: Watch | None
    validated: Callable[[Validation], None]


class Course:
    """A run from its last checkpoint on.

    Parameters
    ----------
    info : information of the last checkpoint, or of a run before its first step
    out : folder of the checkpoints
    save_every : steps between two checkpoints
    """

    def __init__(
        self, run: TrainingRun, info: CheckpointInfo, out: Path, save_every: int, curves: Curves, hooks: Hooks
    ) -> None:
        self._run, self._info, self._out, self._save_every = run, info, out, save_every
        self._curves, self._hooks = curves, hooks
        self._losses = list(info.losses)

    def finish(self) -> CheckpointInfo:
        """Do the remaining steps; return the information of the last checkpoint.

        Raises
        ------
        ModelError
            A loss is not finite, or a checkpoint cannot be written.
        """
        config, ends = self._run.config, leg_ends(self._run.config)
        if not self._losses and config.validate_every < ends[0]:
            self._validate()  # the untrained network is the first point of a curve with several points
        while len(self._losses) < config.steps and not self._info.out_of_patience:
            goes_on = self._step()
            done = len(self._losses)
            if done % config.validate_every == 0 or done in ends:
                self._validate()
            stops = not goes_on or self._info.out_of_patience
            if done % self._save_every == 0 or done in ends or stops:
                self._save()
            if not goes_on:
                break
        return replace(self._info, losses=tuple(self._losses))

    def _step(self) -> bool:
        """Learn one step; return whether all processes go on."""
        step, config = len(self._losses), self._run.config
        six, norm = self._run.learn(step)
        loss = total(six, config)
        self._curves.learned(step, six, loss=loss, learning_rate=rate_of(step, config), gradient_norm=norm)
        self._losses.append(loss)
        return not self._run.any(not self._hooks.advance(loss))

    def _validate(self) -> None:
        """Measure the held-out loss, keep the best model of a run with patience, and evaluate the encoder."""
        run, done, loss = self._run, len(self._losses), None
        if run.held is not None:
            six = run.validate(run.held)
            loss = total(six, run.config)
            self._info = replace(self._info, validation=(*self._info.validation, (done, loss)))
            self._curves.write("validation", done, six, loss=loss)
        is_best = run.config.patience > 0 and self._info.best[0] == done
        if not is_best and self._hooks.watch is None:
            self._report(done, loss, {})
            return
        weights = gather_weights(run.plain)
        if run.fabric.is_global_zero:
            self._report(done, loss, self._scores(done, weights))
            if is_best:
                save_checkpoint(self._out / BEST_NAME, replace(self._info, losses=tuple(self._losses)), weights)

    def _scores(self, done: int, weights: Mapping[str, Tensor]) -> Mapping[str, float]:
        """Evaluate the encoder of gathered weights; write the scores to the curves and to the information."""
        if self._hooks.watch is None:
            return {}
        scores = self._hooks.watch(encoder_in(self._info.model, weights), self._info.scale)
        self._curves.write_scalars("probe", done, scores)
        points = ((done, name, float(score)) for name, score in scores.items())
        self._info = replace(self._info, scores=(*self._info.scores, *points))
        return scores

    def _report(self, done: int, loss: float | None, scores: Mapping[str, float]) -> None:
        if self._run.fabric.is_global_zero:
            self._hooks.validated(Validation(steps=done, loss=loss, scores=scores))

    def _save(self) -> None:
        """Write a checkpoint, after the points of its steps are on the disk."""
        tensors = gather_state(self._run.plain, self._run.plain_optimizer)
        if self._run.fabric.is_global_zero:
            self._curves.flush()
            save_checkpoint(self._out / CHECKPOINT_NAME, replace(self._info, losses=tuple(self._losses)), tensors)
