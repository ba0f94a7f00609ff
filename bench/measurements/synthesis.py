"""The speed of the synthesiser and of the front end, on one core."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.table import ResultRow
from bench.timing import median_seconds
from earloop.sim import convert
from earloop.spec.design import load_design
from earloop.synth_data import ADULT, load_scenario, synthesise
from earloop.synth_data.scenes.timeline import plan
from earloop.synth_data.sources.ecg import ecg
from earloop.synth_data.sources.heartbeat import heartbeat

NEEDS = ()
SESSION_S = 60.0
HEART_S = 600.0
ROUNDS = 7


def measure() -> list[ResultRow]:
    """Measure the speed of each, of both together, and of the heart alone against NeuroKit2's."""
    design = load_design()
    session = synthesise(design, duration_s=SESSION_S)
    body_s, front_end_s = median_seconds(
        partial(synthesise, design, duration_s=SESSION_S), partial(convert, session, design), rounds=ROUNDS
    )
    ours_s, theirs_s = median_seconds(_our_heart, _neurokits_heart, rounds=3)
    one = "recording, 1 x; 4 channels at 1 kHz, all sources"
    both = SESSION_S / (body_s + front_end_s)
    return [
        ResultRow(
            what="Body, to uV at the electrodes",
            value=SESSION_S / body_s,
            unit="x real time",
            against=one,
            at_least=500.0,
        ),
        ResultRow(what="Front end", value=SESSION_S / front_end_s, unit="x real time", against=one),
        ResultRow(what="Body and front end, to codes", value=both, unit="x real time", against=one, at_least=250.0),
        ResultRow(
            what="ECG, ten minutes at 1 kHz",
            value=theirs_s / ours_s,
            unit="x as fast",
            against="NeuroKit2's ecgsyn",
            at_least=50.0,
        ),
    ]


def _our_heart() -> None:
    """Synthesise beats, their variability and the wave."""
    rng = np.random.default_rng(1)
    beats = heartbeat(plan(load_scenario("rest"), HEART_S, rng), ADULT, rng)
    ecg(beats, round(1000 * HEART_S), 1000.0, ADULT)


def _neurokits_heart() -> None:
    import neurokit2  # 1.4 s, in the round that is not measured

    neurokit2.ecg_simulate(int(HEART_S), sampling_rate=1000, noise=0, random_state=1)
