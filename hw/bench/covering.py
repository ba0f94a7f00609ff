"""The runs that reach all reachable points of the Verilog: few designs, each with four runs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from earloop.hw.bench.designs import DESIGNS, PARAMETERS
from earloop.hw.bench.stimuli import STIMULI
from earloop.hw.simulate.compile import COVERAGE
from earloop.hw.simulate.runner import RunOptions, build_runner, run_rtl
from earloop.hw.verify.coverage import Point, read_counts
from earloop.spec.design import Design
from earloop.spec.fixed import compile_design

# In this order: most channels and bands; operands in one part; most taps; longest patch; no notch and an idle lane;
# one bank.
COVERING = ("largest", "few_bits", "most_taps", "longest_patch", "one_channel", "one_bank")
LEAST_TICKS = 60


def covering_counts() -> Counter[Point]:
    """Build the covering designs, run them, and return the sum of their counts."""
    counts: Counter[Point] = Counter()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "coverage.dat"
        for name in COVERING:
            design, rng = DESIGNS[name], np.random.default_rng(1)
            binary = build_runner(compile_design(design), parameters=PARAMETERS.get(name), kind=COVERAGE)
            ticks = max(2 * design.tokens.patch, LEAST_TICKS)
            for stimulus, options in _runs(design):
                codes = STIMULI[stimulus](design, ticks * design.decimator.factor + 3, rng)
                run_rtl(binary, design, codes, coverage=file, **options)
                counts.update(read_counts(file))
    return counts


def _runs(design: Design) -> Iterator[tuple[str, RunOptions]]:
    """Yield stimulus and options of each run: rails, stalls and misplaced frames, masks, all shifts, a reset."""
    bands, patch = len(design.bands), design.patch_samples
    shifts = [(7 * band + 3) % 32 for band in range(bands)]
    masks = [mask & ((1 << bands) - 1) for mask in (0x5AA5, 0xA55A)]
    others = [31 - shift for shift in shifts]
    yield "full_scale_steps", {}
    yield "noise", {"stall_seed": 1, "misplace_seed": 1}
    yield "noise", {"band_mask": masks[0], "token_shifts": shifts}
    yield "noise", {"band_mask": masks[1], "token_shifts": others, "reset": (patch // 2 + 2, 20)}
