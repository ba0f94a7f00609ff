"""How much an experiment may take: the same code at the size of a test, of a laptop's half hour, or of a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.model.config import ModelError


@dataclass(frozen=True)
class Budget:
    """Sizes of what is synthesised, and lengths of what is trained.

    task_hours, subjects : of the corpus of a synthetic task
    pretrain_hours : of each scenario of the corpus for pretraining, the most of all
    pretrain_subjects : who live through it
    pretrain_steps, pretrain_batch : of the longest pretraining
    passes : over the labelled epochs, at most
    seeds : how often each model is trained; predictions of all count
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
    "smoke": Budget(
        task_hours=0.05,
        subjects=2,
        pretrain_hours=0.02,
        pretrain_subjects=1,
        pretrain_steps=4,
        pretrain_batch=2,
        passes=2,
        seeds=1,
    ),
    "laptop": Budget(
        task_hours=0.5,
        subjects=6,
        pretrain_hours=1.0,
        pretrain_subjects=12,
        pretrain_steps=1000,
        pretrain_batch=8,
        passes=40,
        seeds=2,
    ),
    "cluster": Budget(
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


def budget_of(name: str) -> Budget:
    """A budget by name; raises ModelError for one that is not known."""
    if name not in BUDGETS:
        raise ModelError(f"budget {name!r} is not known; valid: {', '.join(BUDGETS)}")
    return BUDGETS[name]
