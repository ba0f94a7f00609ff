"""A comparison on a real task: a frozen encoder and all baselines, by one process for each core and by one alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import torch

from bench.table import ResultRow
from earloop.model.baselines.baselines import EEGNET
from earloop.model.config import ModelConfig
from earloop.model.evaluation.compare import ModelComparison, compare
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.network.encoder import Encoder
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.real import REAL_TASKS
from earloop.model.tasks.splits import within_session

NEEDS = ("torch", "g++")
REAL_DATA = "EARLOOP_REAL_DATA"
CORES = 2
TASK = "ssvep"


def measure() -> list[ResultRow]:
    """Measure the time of a comparison, and what EEGNet reaches in it."""
    what = f"Comparison on real {TASK}: frozen nano and all baselines, 5 splits, {CORES} processes"
    folder = os.environ.get(REAL_DATA)
    if not folder:
        return [ResultRow(what=what, value=None, against=f"{REAL_DATA} names no folder of real recordings")]
    epochs = REAL_TASKS[TASK].load(Path(folder))
    shared_s, comparison = _timed(epochs, CORES)
    alone_s, _ = _timed(epochs, 1)
    score = comparison.score(EEGNET, comparison.metrics[0])
    return [
        ResultRow(
            what=f"{what}, {len(epochs)} epochs",
            value=shared_s,
            unit="s",
            against=f"one process, {alone_s / shared_s:.2g} x as long",
            at_most=60.0,
        ),
        ResultRow(
            what=f"EEGNet on real {TASK}, balanced accuracy", value=score.value, against=f"{score}", at_least=0.94
        ),
    ]


def _timed(epochs: Epochs, workers: int) -> tuple[float, ModelComparison]:
    """Return the seconds of a comparison, and its result."""
    form = epochs.format
    torch.manual_seed(1)
    config = ModelConfig(
        channels=len(form.channels), bands=len(form.bands), patches=epochs.patches, patch=form.patch, d_model=32
    )
    frozen = finetuning("frozen", Pretrained(Encoder(config), np.full(len(form.bands), 100.0, np.float32)))
    started = time.perf_counter()
    comparison = compare(epochs, within_session(epochs), {"PiMT frozen": frozen}, seed=1, workers=workers)
    return time.perf_counter() - started, comparison
