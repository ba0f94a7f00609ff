"""Speed of the golden model against scipy's float path: the same codes, one process, one thread."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from bench.timing import median_seconds
from earloop.spec.design import load_design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.reference import float_taps

NEEDS = ()
STREAM_S = 60.0
ROUNDS = 25
MAX_SLOWDOWN = 3.0


def measure() -> list[ResultRow]:
    """Measure the ratio of the two, the speed of each, and the cost of small blocks.

    scipy's time is that of the stream minus that of one tick, because `float_taps` designs its filters in each call.
    """
    design = load_design()
    fixed = compile_design(design)
    codes = synthetic_codes(design, STREAM_S)
    floats, empty, whole, patches = median_seconds(
        partial(float_taps, design, codes),
        partial(float_taps, design, codes[: design.decimator.factor]),
        partial(_push, fixed, codes, len(codes)),
        partial(_push, fixed, codes, design.patch_samples),
        rounds=ROUNDS,
    )
    scipy_s = floats - empty
    path = f"decimator, notch and {len(design.bands)} bands of {len(design.channels)} channels"
    return [
        ResultRow(
            what=f"Golden model, time for {path}",
            value=whole / scipy_s,
            unit="x scipy's",
            against="scipy in float64",
            at_most=MAX_SLOWDOWN,
        ),
        ResultRow(
            what="Golden model, whole stream at once",
            value=STREAM_S / whole,
            unit="x real time",
            against="a real earbud, 1 x",
        ),
        ResultRow(
            what="scipy, whole stream at once",
            value=STREAM_S / scipy_s,
            unit="x real time",
            against="the golden model above",
        ),
        ResultRow(
            what="Golden model, time in blocks of one patch",
            value=patches / whole,
            unit="x one block's",
            against="the whole stream at once",
        ),
    ]


def _push(fixed: FixedDesign, codes: NDArray[np.int32], block: int) -> None:
    golden = GoldenTokenizer(fixed)
    for start in range(0, len(codes), block):
        golden.push(codes[start : start + block])
