"""Designs, plans and scenarios: TOML that a person writes."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

from earloop.hil.plan.plan import load_plan
from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
from earloop.synth_data.scenes.scenario import FOLDER, load_scenario
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import damaged, trees

NAME = "a.toml"
DESIGN = tomllib.loads(DEFAULT_DESIGN_PATH.read_text())
SCENARIOS = [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
PLAN = {
    "transcript": False,
    "recordings": {
        "mine": {"file": "mine.csv", "rate_hz": 256.0, "channels": ["A", "B", "C", "D"], "stream": "x"},
        "named": {"file": "mine.csv", "rate_hz": 256.0, "map": {"A": "T7", "B": "T9"}},
        "made": {"scenario": "short-session", "seconds": 20.0, "seed": 4},
        "own": {"scenario": "own.toml", "seconds": 20.0},
    },
    "devices": {
        "golden": {"kind": "golden"},
        "emulated": {"kind": "firmware", "image": "mine.csv", "paced": False},
        "real": {"kind": "serial", "port": "/dev/null", "serial_number": "7", "build": "ab"},
        "air": {"kind": "ble", "address": "aa:bb"},
    },
    "designs": {"reference": {"file": "design.toml"}, "learned": {"file": "design.toml", "checkpoint": "mine.csv"}},
    "faults": {"loose": {"kind": "lead-off", "channels": ["T7"], "begins_s": 1.0, "lasts_s": 3.0, "seed": 2}},
    "tolerances": {"strict": {"mismatches": 0, "saturated_share": 0.01, "min_sqnr_db": {"eeg_delta": 90.0}}},
}
BESIDE: Files = {
    "mine.csv": b"A,B,C,D\n1,2,3,4\n",
    "own.toml": (FOLDER / "eating.toml").read_bytes(),
    "design.toml": DEFAULT_DESIGN_PATH.read_bytes(),
}


def toml(value: Any) -> str:
    """A value as TOML has it; lists over many lines, tables within lists in one."""
    match value:
        case bool() | str():
            return json.dumps(value)
        case float() if not math.isfinite(value):
            return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[\n" + ",\n".join(toml(item) for item in value) + "]"
        case None:
            return '""'
        case _:
            return repr(value)


def tables(chance: Chance, valid: dict[str, Any], beside: Files) -> Files:
    tree = trees(chance, valid)
    lines = (
        [f"{json.dumps(key)} = {toml(value)}" for key, value in tree.items()]
        if isinstance(tree, dict)
        else [toml(tree)]
    )
    files = {name: damaged(chance, content, share=20) for name, content in beside.items()}
    return files | {NAME: damaged(chance, "\n".join(lines).encode("utf-8", "surrogatepass"))}


def read_design(folder: Path) -> None:
    design = load_design(folder / NAME)
    assert 1 <= len(design.channels) <= 8
    assert design.token_rate_hz > 0
    assert all(math.isfinite(band.high_hz) for band in design.bands)


def read_plan(folder: Path) -> None:
    assert load_plan(folder / NAME).cases


def read_scenario(folder: Path) -> None:
    scenario = load_scenario(folder / NAME)
    assert math.isfinite(scenario.duration_s)
    assert scenario.tracks


FORMATS = {
    "design": Format(lambda chance: tables(chance, DESIGN, {}), read_design),
    "plan": Format(lambda chance: tables(chance, PLAN, BESIDE), read_plan),
    "scenario": Format(lambda chance: tables(chance, chance.choice(SCENARIOS), {}), read_scenario),
}
