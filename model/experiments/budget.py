"""The size of an experiment: the same code runs as a test, for half an hour on a laptop, or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.model.config import ModelError


@dataclass(frozen=True, kw_only=True)
class ExperimentSize:
    """The sizes of corpora and the lengths of trainings.

    task_hours, subjects : hours and number of people of the corpus of a synthetic task
    pretrain_hours : hours of each scenario of the corpus for pretraining, at most
    pretrain_subjects : number of people in each scenario of that corpus
    pretrain_steps, pretrain_batch : steps, and windows per step, of the longest pretraining
    passes : largest number of passes over the labelled epochs
    seeds : number of trainings of each model; the predictions of all count
    preset : size of the encoder
    """

    task_hours: float
    subjects: int
    pretrain_hours: float
    pretrain_subjects: int
    pretrain_steps: int
    pretrain_batch: int
    passes: int
    seeds: int
    preset: str = "nano"


BUDGETS = {
    "smoke": ExperimentSize(
        task_hours=0.05,
        subjects=2,
        pretrain_hours=0.02,
        pretrain_subjects=1,
        pretrain_steps=4,
        pretrain_batch=2,
        passes=2,
        seeds=1,
    ),
    "laptop": ExperimentSize(
        task_hours=0.5,
        subjects=6,
        pretrain_hours=1.0,
        pretrain_subjects=12,
        pretrain_steps=1000,
        pretrain_batch=8,
        passes=40,
        seeds=2,
    ),
    "cluster": ExperimentSize(
        task_hours=8.0,
        subjects=24,
        pretrain_hours=50.0,
        pretrain_subjects=200,
        pretrain_steps=50_000,
        pretrain_batch=64,
        passes=100,
        seeds=5,
        preset="base",
    ),
}


def budget_of(name: str) -> ExperimentSize:
    """Return a budget by name; raises ModelError for an unknown name."""
    if name not in BUDGETS:
        raise ModelError(f"budget {name!r} is not known; valid: {', '.join(BUDGETS)}")
    return BUDGETS[name]
