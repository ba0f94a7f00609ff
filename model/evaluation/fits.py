"""The fits of a comparison: every model learns on every split and predicts its test epochs, here or in processes."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.finetuning.averaged import AveragedPredictor
from earloop.model.fitting.training import History, NetworkPredictor
from earloop.model.protocol.protocol import Model, Predictor
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split
from earloop.system.worker_processes import processes


@dataclass(frozen=True, kw_only=True)
class FitJob:
    """All that a process needs for any fit of a comparison."""

    epochs: Epochs
    splits: tuple[Split, ...]
    models: Mapping[str, Model]
    seed: int

    @property
    def names(self) -> list[tuple[str, int]]:
        """Every fit: the model's name and the position of the split."""
        return [(name, split) for name in self.models for split in range(len(self.splits))]

    def run(self, name: str, split: int) -> FitOutcome:
        """Learn with a model on a split, and predict; raises ModelError as the model does."""
        started = time.perf_counter()
        predictor = self.models[name].fit(self.epochs, self.splits[split].train, self.seed)
        predicted = predictor.predict(self.epochs, self.splits[split].test)
        return FitOutcome(
            predicted=predicted,
            parameters=predictor.parameters,
            seconds=time.perf_counter() - started,
            histories=_histories(predictor),
        )


@dataclass(frozen=True, kw_only=True)
class FitOutcome:
    """The result of one fit.

    predicted : float32 [test epochs of the split, ...]
    seconds : duration of learning and predicting
    histories : losses of the networks that were trained
    """

    predicted: NDArray[np.float32]
    parameters: int
    seconds: float
    histories: tuple[History, ...]


def run_fits(
    job: FitJob, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> dict[tuple[str, int], FitOutcome]:
    """Return the outcome of every fit, by model and position of the split.

    Parameters
    ----------
    workers : number of processes; with 1, or where a model cannot be sent to another process, all fits run here
    advance : called with the number of fits that are done
    """
    found: dict[tuple[str, int], FitOutcome] = {}
    sent = _pickled(job) if workers > 1 and len(job.names) > 1 else None
    for name, outcome in _here(job) if sent is None else _in_processes(job, sent, workers):
        found[name] = outcome
        advance(len(found))
    return found


def _here(job: FitJob) -> Iterator[tuple[tuple[str, int], FitOutcome]]:
    for name in job.names:
        yield name, job.run(*name)


def _in_processes(job: FitJob, sent: bytes, workers: int) -> Iterator[tuple[tuple[str, int], FitOutcome]]:
    with processes(min(workers, len(job.names)), _take, sent) as executor:
        # The last models of a comparison take longest: they begin first.
        futures = {executor.submit(_run, *name): name for name in reversed(job.names)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise ModelError(
                f"{job.epochs.task}: a worker process died, perhaps of too little memory; run it again on one core "
                "(OMP_NUM_THREADS=1)"
            ) from None


def _histories(predictor: Predictor) -> tuple[History, ...]:
    """Return the losses of the networks of a predictor."""
    if isinstance(predictor, AveragedPredictor):
        return tuple(history for member in predictor.members for history in _histories(member))
    return (predictor.history,) if isinstance(predictor, NetworkPredictor) else ()


def _pickled(job: FitJob) -> bytes | None:
    """Return the job for other processes; None if a model cannot leave this one, such as a function of a notebook."""
    try:
        return pickle.dumps(job)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


_TAKEN: list[FitJob] = []  # of a worker process


def _take(sent: bytes) -> None:
    _TAKEN.append(pickle.loads(sent))


def _run(name: str, split: int) -> FitOutcome:
    return _TAKEN[-1].run(name, split)
