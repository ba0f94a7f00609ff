"""Detection of faults by the rig, and its false alarms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from earloop.hil.devices.faulty import FaultyFrontEnd, Restarted
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.devices.open_faulty import faulty_loopback
from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.expected import noticed
from earloop.hil.diagnosis.finding import Symptom
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FAULT_KINDS, Family
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from earloop.spec.design import Design, load_design
from earloop.spec.fixed import FixedDesign, compile_design

NEEDS = ("g++",)
RUNS, SECONDS = 100, 12.0
FAULTY_RUNS = 10


def measure() -> list[ResultRow]:
    """Measure all faults in ten sessions, and false alarms in a hundred without faults or with rounding errors."""
    fixed = compile_design(load_design())
    injected = noticed_faults = alarms = mistaken = 0
    for seed in range(1, RUNS + 1):
        codes = synthetic_codes(fixed.design, SECONDS, seed=seed)
        golden = run_golden(fixed, codes).taps
        alarms += bool(diagnose(fixed, codes, golden, _clean(fixed, codes)))
        rounded = golden.tokens + np.random.default_rng(seed).integers(-1, 2, golden.tokens.shape).astype(np.int16)
        found = diagnose(fixed, codes, golden, DeviceRun(tokens=rounded))
        mistaken += any(finding.kind is not Symptom.UNEXPLAINED for finding in found)
        for fault in _faults(fixed.design, seed) if seed <= FAULTY_RUNS else ():
            tokens_only = fault.facts.family is Family.FRONT_END
            run = _with(fixed, fault, codes)
            given = DeviceRun(tokens=run.tokens) if tokens_only else run
            injected += 1
            noticed_faults += noticed(fault, diagnose(fixed, codes, golden, given))
    sessions = f"sessions of {SECONDS:g} s"
    return [
        ResultRow(
            what="Faults noticed, as what they are and where",
            value=100 * noticed_faults / injected,
            unit="%",
            against=f"{injected} of {len(FAULT_KINDS)} kinds, on each channel, in {FAULTY_RUNS} {sessions}",
            at_least=100,
        ),
        ResultRow(
            what="Clean runs of the firmware with a finding",
            value=alarms,
            unit="runs",
            against=f"{RUNS} {sessions}",
            at_most=0,
        ),
        ResultRow(
            what="Runs off by a step here and there that are taken for a known fault",
            value=mistaken,
            unit="runs",
            against=f"{RUNS} {sessions}, each token sample off by -1, 0 or 1",
            at_most=0,
        ),
    ]


def _faults(design: Design, seed: int) -> Iterator[Fault]:
    """Yield a fault of each kind on each channel, with an onset that depends on the seed."""
    onset_s = float(np.random.default_rng(seed).uniform(1.0, 5.0))
    names = design.channels
    for kind, facts in FAULT_KINDS.items():
        for first in range(len(names) if facts.channels else 1):
            channels = tuple(names[(first + i) % len(names)] for i in range(facts.channels))
            begins_s = 0.0 if facts.family is Family.LINK else onset_s
            yield Fault(kind=kind, channels=channels, begins_s=begins_s, seed=seed)


def _with(fixed: FixedDesign, fault: Fault, codes: np.ndarray) -> DeviceRun:
    golden = GoldenDevice(fixed)
    if fault.facts.family is Family.LINK:
        with faulty_loopback(fixed, fault) as earbud:
            return earbud.run(codes, lambda samples: None)
    around = Restarted if fault.facts.family is Family.POWER else FaultyFrontEnd
    with around(golden, fault, fixed.design) as device:
        return device.run(codes, lambda samples: None)


def _clean(fixed: FixedDesign, codes: np.ndarray) -> DeviceRun:
    with LoopbackEarbud(fixed) as earbud:
        return earbud.run(codes, lambda samples: None)
