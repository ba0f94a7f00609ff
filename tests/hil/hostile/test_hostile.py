"""Hostile earbuds: whatever one says, the host ends in its time, with one line or a verdict, and takes nothing wrong.

`EARLOOP_HOSTILE_CASES` asks for more cases than these.
"""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pytest

from earloop.firmware.build import build_host
from earloop.hil.devices.earbud import SerialEarbud
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.judging.judge import judge
from earloop.hil.link.earbud_link import SILENCE_S, EarbudLink
from earloop.hil.link.patience import SLOWEST
from earloop.recordings import Recording
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.errors import EarloopError
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import SampleSource, Tap
from tests.hil.hostile.earbud import WAYS, Hostile, OnAPty, Strategy

CASES = int(os.environ.get("EARLOOP_HOSTILE_CASES", "200"))
PTY_CASES = max(24, CASES // 8)
STAGES = 6  # that wait for an answer: HELLO twice, CONFIGURE, START, the stream, STOP


@pytest.fixture(scope="module")
def short(codes_10s):
    """Three patches."""
    return Recording(codes_10s.data[:750], "codes", codes_10s.sfreq, codes_10s.channels)


@pytest.fixture(scope="module")
def library(fixed):
    """The firmware, built once."""
    return build_host(fixed)


@pytest.fixture(scope="module")
def golden(short, fixed):
    return GoldenTokenizer(fixed).push(to_stimulus(short, fixed.design).codes).tokens


def longest_s(samples, fixed, silence_s):
    """How long the host may take: its patience at each stage, and the time of the slowest stream that it bears with."""
    return STAGES * (silence_s + 1.0) + samples / fixed.design.converter.rate_hz / SLOWEST


def one_line(error):
    assert len(str(error).splitlines()) == 1, str(error)
    return "error"


def held(earbud, short, golden, fixed):
    """Run it, and hold what comes to what may come; returns in a word what that was."""
    try:
        with earbud as device:
            verdict = judge(device, short, fixed)
    except EarloopError as caught:
        return one_line(caught)
    tokens, received = verdict.run.tokens, verdict.run.received
    wrong = int((tokens != golden)[received].sum())
    found = next(tap for tap in verdict.taps if tap.tap == "tokens")
    assert found.mismatches == wrong, "none that golden would not make is counted as equal"
    if verdict.passed:
        np.testing.assert_array_equal(tokens, golden)
        assert received.all()
        return "pass"
    assert all("\n" not in reason for reason in verdict.reasons)
    return "fail"


@pytest.mark.parametrize("seed", range(CASES))
def test_a_hostile_earbud_ends_in_time_and_passes_only_with_what_golden_makes(seed, short, golden, fixed, library):
    port = Hostile(fixed, library, Strategy(seed))
    held(LoopbackEarbud(fixed, port=port), short, golden, fixed)
    assert port.now() <= longest_s(len(short.data), fixed, SILENCE_S), port.strategy.ways


@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_way_is_tried_from_the_first_frame_and_from_mid_stream(way, short, golden, fixed, library):
    for turns in (0, 2, 60):
        strategy = Strategy(turns)
        strategy.ways, strategy.turns, strategy.share = [way], turns, 1.0
        port = Hostile(fixed, library, strategy)
        held(LoopbackEarbud(fixed, port=port), short, golden, fixed)
        assert port.now() <= longest_s(len(short.data), fixed, SILENCE_S)


@pytest.mark.parametrize(("way", "end"), [("doubles", "pass"), ("other_values", "fail"), ("falls_silent", "error")])
def test_each_end_is_reached(way, end, short, golden, fixed, library):
    """Else the cases would show nothing."""
    strategy = Strategy(1)
    strategy.ways, strategy.turns, strategy.share = [way], 4, 1.0
    assert held(LoopbackEarbud(fixed, port=Hostile(fixed, library, strategy)), short, golden, fixed) == end


@pytest.mark.parametrize("seed", range(PTY_CASES))
def test_so_it_is_on_a_pseudo_terminal_in_real_time(seed, short, golden, fixed, library):
    """The bound is the one of virtual time: here it is a run's own timeout that would tell."""
    strategy = Strategy(1000 + seed)
    with OnAPty(fixed, library, strategy) as pty:
        held(SerialEarbud(fixed, port=pty.name, silence_s=0.4), short, golden, fixed)


@pytest.mark.parametrize("seed", range(0, CASES, 20))
def test_an_acquisition_from_a_hostile_earbud_ends_in_time_and_in_memory(seed, fixed, library, hostile_bus):
    port = Hostile(fixed, library, Strategy(seed), bus=hostile_bus)
    taps = Tap.CODES | Tap.TOKENS | Tap.DECIMATED
    tracemalloc.start()
    try:
        with EarbudLink(port, fixed, clock=port) as link:
            link.configure(fixed.design.design_hash, taps, SampleSource.SPI)
            link.acquire(500)
    except EarloopError as caught:
        one_line(caught)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 50e6, port.strategy.ways
    assert port.now() <= longest_s(500, fixed, SILENCE_S), port.strategy.ways
