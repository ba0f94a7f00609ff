"""Estimate of the tokenizer's power from a UP5K's core supply, from counted toggles and published measurements.

    power = static + clock_j * clock_hz + ticks per second * energy of a tick
    energy of a tick = toggle_j * toggles per tick + multiply_j * products per tick

Toggles are counted in the placed netlist on a stream (`hw/synthesise/netlist.py`); between ticks none are assumed. The
energy of a toggle comes from currents that tinyVision.ai measured at an iCE40UP5K-SG48, 1.219 V and room temperature
(github.com/tinyvision-ai-inc/ice40_power, power_test):

    HFOSC at 6 and 48 MHz, 24-bit counter            388.4 and 2184 uA     the clock: 42.8 uA per MHz
    HFOSC at 12 MHz, the same counter                645 uA
    the same, and two 8-bit counters' product        996 uA in LUTs        66 toggles more: 35.7 pJ
                                                     882 uA in a SB_MAC16  less 10 toggles: 18.7 pJ per product

That product, synthesised and counted as the tokenizer is, toggles 70 times per clock, 4 of them in the 24-bit counter.
A multiplier in LUTs has many glitches, and the energy of a toggle here includes its glitches; so the estimate is rather
too high: counters alone take a fifth of it. The power of RAM arrays, except their outputs, is not included, because no
figure is published.
"""

from __future__ import annotations

from dataclasses import dataclass

from earloop.hw.synthesise.netlist import NetlistRun
from earloop.spec.fixed import FixedDesign
from earloop.spec.program import Program

CORE_V = 1.219
STATIC_A = 75e-6  # core supply, typical: FPGA-DS-02008, table 4.6
CLOCK_J = (2184e-6 - 388.4e-6) / (48e6 - 6e6) * CORE_V
TOGGLE_J = (996e-6 - 645e-6) * CORE_V / 12e6 / 66
MULTIPLY_J = (882e-6 - 645e-6) * CORE_V / 12e6 - 10 * TOGGLE_J
MULTIPLIERS = 4


@dataclass(frozen=True, kw_only=True)
class Power:
    """The power from the core supply, in watts."""

    static_w: float
    clock_w: float
    toggles_w: float
    multipliers_w: float

    @property
    def total_w(self) -> float:
        """The sum of all parts."""
        return self.static_w + self.clock_w + self.toggles_w + self.multipliers_w


def estimate_power(fixed: FixedDesign, run: NetlistRun, clock_hz: float) -> Power:
    """Estimate the power from the toggles of a run of the netlist, for a clock that is fast enough for real time."""
    ticks = len(run.run.bands) if run.run.bands is not None else 0
    rate_hz = fixed.design.token_rate_hz
    products = len(Program(fixed).rows) * max(2, len(fixed.design.channels)) * MULTIPLIERS
    return Power(
        static_w=STATIC_A * CORE_V,
        clock_w=CLOCK_J * clock_hz,
        toggles_w=TOGGLE_J * run.toggles / ticks * rate_hz,
        multipliers_w=MULTIPLY_J * products * rate_hz,
    )
