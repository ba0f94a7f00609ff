"""The tokens of one recording, as the earbud would send them."""

from __future__ import annotations

import numpy as np

from hil.golden_run import run_golden
from model.tokens.token_stream import TokenFormat, TokenStream
from recordings import Recording
from sim.stimulus import to_stimulus
from spec.fixed import FixedDesign


def recorded_tokens(recording: Recording, fixed: FixedDesign, name: str) -> TokenStream:
    """Run a recording through the golden tokenizer and lay its patches end to end.

    Raises
    ------
    RecordingError
        It does not fit the design.
    """
    design = fixed.design
    taps = run_golden(fixed, to_stimulus(recording, design).codes).taps
    samples = taps.tokens.transpose(0, 3, 1, 2).reshape(-1, len(design.channels), len(design.bands))
    step_uv = design.converter.lsb_uv / 2.0**design.fixed_point.input_guard_bits
    notched_uv = np.asarray(taps.notched[: len(samples)] * step_uv, np.float32)
    return TokenStream(TokenFormat.of(design), samples, notched_uv, name)
