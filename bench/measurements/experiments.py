"""The results of three experiments on the model: bands, pretraining, and flicker.

Each runs as from the command line, at the size of a laptop: more than an hour in all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.table import ResultRow
from earloop.model.experiments.budget import BUDGETS
from earloop.model.experiments.catalogue import EXPERIMENTS
from earloop.model.experiments.setting import Setting

NEEDS = ("torch", "g++")
NAMES = ("tokenization", "pretraining", "flicker")
PRETRAINED = "100% of corpus, frozen"
REAL_DATA = "EARLOOP_REAL_DATA"
WORK = Path("out/experiments")

Found = Mapping[str, Sequence[Mapping[str, Any]]]


def measure() -> list[ResultRow]:
    """Run the experiments, and return their main results."""
    real = os.environ.get(REAL_DATA)
    setting = Setting(folder=WORK, budget=BUDGETS["laptop"], real=Path(real) if real else None)
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            EXPERIMENTS[name].run(setting).write(Path(folder), {})
        return rows({name: read_rows(Path(folder) / f"{name}.json") for name in NAMES})


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the rows of an experiment's table from its JSON file."""
    table: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return table


def rows(found: Found) -> list[ResultRow]:
    """Return one row for each claim, from the experiments' tables."""
    return [*_bands(found["tokenization"]), *_pretraining(found["pretraining"]), *_flicker(found["flicker"])]


def _bands(table: Sequence[Mapping[str, Any]]) -> list[ResultRow]:
    """Return for each task the lower end of the difference between twelve bands and one; above 0 it is significant."""
    found = []
    for row in table:
        if row["bands"] == 1:
            gain = row["12 bands better by"]
            twelve = next(r["score"]["value"] for r in table if r["task"] == row["task"] and r["bands"] == 12)
            against = f"the same network on 1 band, {row['score']['value']:.3g}; on 12 {twelve:.3g}; lower end of 95 %"
            found.append(
                ResultRow(
                    what=f"12 bands better than 1 by at least, {row['task']}",
                    value=gain["low"],
                    against=against,
                    at_least=0.0,
                )
            )
    return found


def _pretraining(table: Sequence[Mapping[str, Any]]) -> list[ResultRow]:
    """Return for each real task the frozen encoder of the whole corpus minus scratch; the arm is fixed in advance."""
    found = []
    for task in dict.fromkeys(row["task"] for row in table if row["task"].startswith("real")):
        arms = [row for row in table if row["task"] == task and row["labels"] == "100%"]
        by = {row["model"]: row for row in arms}
        gain = by[PRETRAINED]["better than scratch by"]
        against = (
            f"{PRETRAINED}, {_value(by[PRETRAINED]):.3g}; from scratch {_value(by['scratch']):.3g}; "
            f"untrained and frozen {_value(by['random, frozen']):.3g}; lower end of 95 %"
        )
        found.append(
            ResultRow(
                what=f"Pretrained on synthetic, better than scratch by at least, {task}",
                value=gain["low"],
                against=against,
                at_least=0.0,
            )
        )
    return found


def _flicker(table: Sequence[Mapping[str, Any]]) -> list[ResultRow]:
    """Return the balanced accuracy of each model, leave-one-run-out."""
    by = {row["model"]: row for row in table}
    informed = by["power at the flicker"]["score"]["value"]
    return [
        ResultRow(
            what=f"Flicker of 20 or 30 Hz behind the ears, {name}, balanced accuracy",
            value=row["score"]["value"],
            against=f"logistic regression that knows the frequencies, {informed:.3g}",
            at_least=0.95 if name == "PiMT" else None,
        )
        for name, row in by.items()
    ]


def _value(row: Mapping[str, Any]) -> float:
    value: float = row["score"]["value"]
    return value
