"""The synthesiser and the front end: how fast corpora are made."""

from __future__ import annotations

from functools import partial

from bench.table import Row
from bench.timing import median_seconds
from sim import convert
from spec.design import load_design
from synth_data import synthesise

NEEDS = ()
SESSION_S = 60.0
ROUNDS = 5


def measure() -> list[Row]:
    """Speed of each, and of both together."""
    design = load_design()
    session = synthesise(design, duration_s=SESSION_S)
    body_s, front_end_s = median_seconds(
        partial(synthesise, design, duration_s=SESSION_S), partial(convert, session, design), rounds=ROUNDS
    )
    return [
        Row("Body", SESSION_S / body_s, "x real time", "recording, 1 x"),
        Row("Front end", SESSION_S / front_end_s, "x real time", "recording, 1 x"),
        Row("Body and front end", SESSION_S / (body_s + front_end_s), "x real time", "recording, 1 x", at_least=1.0),
    ]
