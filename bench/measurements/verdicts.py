"""Verdicts of the rig on correct and wrong devices, for random designs and signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.measurements.drawn_designs import drawn_design, drawn_signal
from bench.table import ResultRow
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import Verdict, judge
from earloop.hil.run.device import Advance, DeviceRun
from earloop.recordings import Recording
from earloop.sim import convert
from earloop.sim.contacts.fit import DRY_FIT
from earloop.spec.design import Design, load_design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.synth_data import load_scenario, synthesise

NEEDS: Sequence[str] = ()
DESIGNS = 300
DAYS, DAY_S = 100, 120.0
POPS_PER_MIN, LIFT_OFFS_PER_MIN = 1.0, 0.5  # for each electrode, ten and twenty-five times those of a dry fit


class WrongBit(GoldenDevice):
    """The golden model with one flipped bit in one token; the seed decides which."""

    def __init__(self, fixed: FixedDesign, seed: int) -> None:
        super().__init__(fixed)
        self._rng = np.random.default_rng(seed)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run the golden model, and flip a bit of its tokens."""
        run = super().run(codes, advance)
        tokens = run.tokens.copy()
        tokens[tuple(int(self._rng.integers(n)) for n in tokens.shape)] ^= 1 << int(self._rng.integers(15))
        return DeviceRun(tokens=tokens)


def measure() -> list[ResultRow]:
    """Judge devices of random designs with disturbances, and days with loose electrodes."""
    failed = missed = 0
    for seed in range(DESIGNS):
        rng = np.random.default_rng(seed)
        fixed = drawn_design(rng)
        recording, _ = drawn_signal(rng, fixed)
        failed += not _passes(judge(GoldenDevice(fixed), recording, fixed))
        missed += judge(WrongBit(fixed, seed), recording, fixed).word != "fail"
    fixed, false, beyond = compile_design(load_design()), 0, 0
    for seed in range(DAYS):
        verdict = judge(GoldenDevice(fixed), _day(fixed.design, seed), fixed)
        false += verdict.word == "fail" or bool(verdict.findings)
        beyond += bool(verdict.range_losses)
    drawn = f"{DESIGNS} designs of 1 to 8 channels and 1 to 12 bands; pops, rails, single samples"
    return [
        ResultRow(
            what="Right devices of drawn designs that do not pass",
            value=failed,
            unit="designs",
            against=drawn,
            at_most=0,
        ),
        ResultRow(what="One wrong bit that does not fail", value=missed, unit="designs", against=drawn, at_most=0),
        ResultRow(
            what="Days with loose electrodes on which a right device fails, or seems wrong",
            value=false,
            unit="days",
            against=f"{DAYS} of {DAY_S:g} s, of which {beyond} go beyond the range",
            at_most=0,
        ),
    ]


def _passes(verdict: Verdict) -> bool:
    return verdict.word == "pass" and not verdict.findings


def _day(design: Design, seed: int) -> Recording:
    session = synthesise(design, scenario=load_scenario("free-living"), duration_s=DAY_S, seed=seed)
    return convert(
        session, design, seed=seed, fit=replace(DRY_FIT, pops_per_min=POPS_PER_MIN, lift_offs_per_min=LIFT_OFFS_PER_MIN)
    )
