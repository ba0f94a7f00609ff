"""The band filters against Arm's: CMSIS-DSP's biquad cascade of 32-bit samples and 64-bit state, on the same bands.

CMSIS-DSP is used as its documentation says: coefficients of 32 bits scaled by `postShift`, input scaled down by two
bits against overflow. Both get the same integers as input, and both are compared with the same filters in float64.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import sosfilt

from bench.measurements.cmsis.cascade import filter_bands
from bench.measurements.cmsis.instructions import count_instructions
from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from earloop.spec.design import load_design
from earloop.spec.filters import band_sos
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer

NEEDS = ("arm-none-eabi-gcc", "qemu-system-arm", "g++")
LENGTH_S = 120.0
PEER = "CMSIS-DSP's arm_biquad_cas_df1_32x64_q31"


def measure() -> list[ResultRow]:
    """Measure the instructions of a tick's bands, and the SQNR of the worst band, ours and CMSIS-DSP's."""
    design = load_design()
    fixed = compile_design(design)
    codes = synthetic_codes(design, LENGTH_S)
    taps = GoldenTokenizer(fixed).push(codes - codes[0])  # all filters begin with a zero state
    notched = taps.notched.astype(np.int64)
    sections = np.stack(band_sos(design))
    wanted = np.stack([sosfilt(sos, notched.astype(float), axis=0) for sos in sections], axis=-1)
    ours = taps.bands / design.fixed_point.widening
    theirs = filter_bands(sections, notched)

    count = count_instructions(fixed, sections)
    what = f"{len(design.bands)} bands of {len(design.channels)} channels"
    rows = [
        ResultRow(
            what=f"{what}, a tick on a Cortex-M4",
            value=count.ours,
            unit="instructions",
            against=f"{PEER}, a sample at a time: {count.theirs_by_sample:,.0f}; {count.block} at a time: "
            f"{count.theirs_by_block:,.0f}",
            at_most=min(count.theirs_by_sample, count.theirs_by_block),
        )
    ]
    for name, found in (("Ours", ours), (PEER, theirs)):
        sqnr_db = 10 * np.log10((wanted**2).sum(0) / ((found - wanted) ** 2).sum(0))
        channel, band = np.unravel_index(sqnr_db.argmin(), sqnr_db.shape)
        rows.append(
            ResultRow(
                what=f"{name}, SQNR of the worst band, {design.bands[band].name}",
                value=float(sqnr_db[channel, band]),
                unit="dB",
                against=f"the same filters in float64; median of all bands {np.median(sqnr_db):.1f} dB",
                at_least=design.fixed_point.min_sqnr_db if name == "Ours" else None,
            )
        )
    return rows
