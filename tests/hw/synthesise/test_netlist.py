"""The netlist that is placed does what the Verilog says, and the estimate of its power follows from its toggles."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hw.bench.stimuli import noise
from earloop.hw.synthesise.netlist import NetlistRun, counted_nets, run_netlist
from earloop.hw.synthesise.power import CLOCK_J, CORE_V, TOGGLE_J, estimate_power
from earloop.spec.golden import GoldenTokenizer


@pytest.fixture(scope="module")
def codes(designs):
    return noise(designs["reference"].design, 505, np.random.default_rng(3))


@pytest.fixture(scope="module")
def run(designs, codes) -> NetlistRun:
    return run_netlist(designs["reference"], codes)


def test_the_netlist_equals_the_golden_model_at_every_tap(run, codes, designs):
    wanted = GoldenTokenizer(designs["reference"]).push(codes)
    for tap in ("decimated", "notched", "bands", "tokens"):
        np.testing.assert_array_equal(getattr(run.run, tap), getattr(wanted, tap), err_msg=tap)
    assert len(wanted.tokens) == 2


def test_nets_are_found_once_each_and_carries_are_not_among_them():
    text = """
  SB_LUT4 \\one (.I0(x), .O(a));
  SB_CARRY two (
    .CO(b),
  );
  SB_DFF three (
    .Q(\\c.d [3])
  );
  SB_RAM40_4K four (
    .RDATA({ e, a })
  );
"""
    assert [net.strip() for net in counted_nets(text.replace(", .O(a));", ",\n    .O(a)\n  );"))] == [
        "a",
        "\\c.d [3]",
        "e",
    ]


def test_energy_a_tick_does_not_depend_on_the_clock_and_the_clocks_own_is_in_proportion(run, designs):
    slow, fast = (estimate_power(designs["reference"], run, hz) for hz in (1e6, 12e6))
    assert (slow.toggles_w, slow.multipliers_w, slow.static_w) == (fast.toggles_w, fast.multipliers_w, fast.static_w)
    assert fast.clock_w == pytest.approx(12 * slow.clock_w)


def test_the_constants_give_back_the_measured_currents():
    clock_a = 42 * 1e6 * CLOCK_J / CORE_V
    assert clock_a == pytest.approx(2184e-6 - 388.4e-6)
    product_a = 12e6 * 66 * TOGGLE_J / CORE_V
    assert product_a == pytest.approx(996e-6 - 645e-6)
