"""The RTL of many designs: each equals the golden model at every tap, in plain streams and in troubled ones."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hw.bench.designs import DESIGNS, PARAMETERS
from earloop.hw.bench.mismatch import AXES, first_mismatch
from earloop.hw.bench.stimuli import STIMULI
from earloop.hw.simulate.compile import QUICK
from earloop.hw.simulate.runner import build_runner, run_rtl
from earloop.spec.golden import GoldenTokenizer

LEAST_TICKS = 60


def samples_of(design):
    """Two patches and a bit, or as many ticks as the filters need to swing."""
    return max(2 * design.tokens.patch, LEAST_TICKS) * design.decimator.factor + 3


@pytest.mark.parametrize("options", [{}, {"stall_seed": 1, "misplace_seed": 2}], ids=["plain", "troubled"])
@pytest.mark.parametrize("stimulus", ["noise", "full_scale_steps"])
@pytest.mark.parametrize("name", DESIGNS)
def test_equals_golden_at_every_tap(name, stimulus, options, designs):
    fixed = designs[name]
    codes = STIMULI[stimulus](fixed.design, samples_of(fixed.design), np.random.default_rng(6))
    golden = GoldenTokenizer(fixed)
    wanted = golden.push(codes)
    binary = build_runner(fixed, parameters=PARAMETERS.get(name), kind=QUICK)
    found = run_rtl(binary, fixed.design, codes, taps=True, **options)
    assert len(wanted.tokens) >= 2
    for tap in AXES:
        assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
    assert found.saturated_inputs == golden.saturated_inputs
    assert found.saturated_bands == golden.saturated_bands.sum()
    assert found.saturated_tokens == golden.saturated_tokens.sum()


@pytest.mark.parametrize("name", DESIGNS)
def test_after_a_reset_in_mid_patch_the_stream_begins_anew(name, designs):
    fixed = designs[name]
    factor, patch = fixed.design.decimator.factor, fixed.design.tokens.patch
    before = factor * (patch // 2 + 1) + factor // 2
    codes = STIMULI["noise"](fixed.design, before + samples_of(fixed.design), np.random.default_rng(8))
    binary = build_runner(fixed, parameters=PARAMETERS.get(name), kind=QUICK)
    found = run_rtl(binary, fixed.design, codes, taps=True, reset=(before, 50))
    wanted = GoldenTokenizer(fixed).push(codes[before:])
    for tap in AXES:
        assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
