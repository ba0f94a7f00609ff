"""What the experiments on the model come to: bands, pretraining, and flicker beside those who know its frequency.

Each is run as a user would, at the size of a laptop: an hour and more in all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.table import Row
from earloop.model.experiments.budget import BUDGETS
from earloop.model.experiments.catalogue import EXPERIMENTS
from earloop.model.experiments.setting import Setting

NEEDS = ("torch", "g++")
NAMES = ("tokenization", "pretraining", "flicker")
PRETRAINED = "100% of corpus, frozen"
REAL_DATA = "EARLOOP_REAL_DATA"
WORK = Path("out/experiments")

Found = Mapping[str, Sequence[Mapping[str, Any]]]


def measure() -> list[Row]:
    """Run the experiments, and take their rows."""
    real = os.environ.get(REAL_DATA)
    setting = Setting(WORK, BUDGETS["laptop"], Path(real) if real else None)
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            EXPERIMENTS[name].run(setting).write(Path(folder), {})
        return rows({name: read_rows(Path(folder) / f"{name}.json") for name in NAMES})


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Of an experiment's table, as its command leaves it."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return found


def rows(found: Found) -> list[Row]:
    """One row a claim: what was found, beside what it is compared with."""
    return [*_bands(found["tokenization"]), *_pretraining(found["pretraining"]), *_flicker(found["flicker"])]


def _bands(table: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Twelve bands less one, and the lower end of that difference: above 0, the intervals are apart."""
    found = []
    for row in table:
        if row["bands"] == 1:
            gain = row["12 bands better by"]
            twelve = next(r["score"]["value"] for r in table if r["task"] == row["task"] and r["bands"] == 12)
            against = f"the same network on 1 band, {row['score']['value']:.3g}; on 12 {twelve:.3g}; lower end of 95 %"
            found.append(
                Row(f"12 bands better than 1 by at least, {row['task']}", gain["low"], "", against, at_least=0.0)
            )
    return found


def _pretraining(table: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The frozen encoder of the whole corpus under a linear model, less scratch: not the best arm by its result."""
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
            Row(
                f"Pretrained on synthetic, better than scratch by at least, {task}",
                gain["low"],
                "",
                against,
                at_least=0.0,
            )
        )
    return found


def _flicker(table: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Balanced accuracy of each model, leave-one-run-out."""
    by = {row["model"]: row for row in table}
    told = by["power at the flicker"]["score"]["value"]
    return [
        Row(
            f"Flicker of 20 or 30 Hz behind the ears, {name}, balanced accuracy",
            row["score"]["value"],
            "",
            f"logistic regression that is told the frequencies, {told:.3g}",
            at_least=0.95 if name == "PiMT" else None,
        )
        for name, row in by.items()
    ]


def _value(row: Mapping[str, Any]) -> float:
    value: float = row["score"]["value"]
    return value
