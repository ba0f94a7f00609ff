"""A device that dies or falls silent under the live bench is told at once, and nothing good is said of it meanwhile."""

from __future__ import annotations

import os
import signal
from itertools import pairwise

import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.open_device import DeviceOptions
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.earbud import LiveEarbud
from earloop.hil.live.open_live import open_live
from earloop.hil.live.snapshot import SILENT_S, BenchState
from earloop.spec.messages import Tap
from tests.hil.live.conftest import live_loopback
from tests.hil.live.test_bench import at_sample, ran
from tests.hil.live.test_devices import PulledEarbud


def at_token(bench, act, monkeypatch):
    """Have something done, once, when the first token comes."""
    filed, acts = bench.filed, [act]

    def acting(tap, *rest):
        if tap is Tap.TOKENS and acts:
            acts.pop()()
        filed(tap, *rest)

    monkeypatch.setattr(bench, "filed", acting)


def test_a_killed_emulator_ends_the_run_by_its_name_and_not_by_anyones_patience(fixed, codes, monkeypatch):
    bench = LiveBench(fixed, open_live("firmware", fixed, DeviceOptions()), codes)
    at_token(bench, lambda: os.kill(bench.device._earbud._emulator._process.pid, signal.SIGKILL), monkeypatch)
    shown = ran(bench)
    assert (shown.state, shown.verdict) == (BenchState.DIED, "FAIL")
    assert shown.reason.startswith("qemu-system-arm: killed by signal 9: it wrote no message, after sample ")


class Muted(Loopback):
    """Hears and says nothing from when it is told to be mute; `looked` is called at each read."""

    mute = False

    def __init__(self, fixed):
        super().__init__(fixed)
        self.looked = lambda: None

    def write(self, data):
        return len(data) if self.mute else super().write(data)

    def read(self, size=1):
        if self.mute:
            self.looked()
        return super().read(size)


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
def test_while_nothing_is_heard_lateness_grows_with_the_clock_and_no_verdict_is_good(fixed, codes, monkeypatch, speed):
    port, shown = Muted(fixed), []
    bench = LiveBench(fixed, live_loopback(fixed, port), codes, speed=speed)
    port.looked = lambda: shown.append(bench.snapshot())
    at_sample(bench, 2000, lambda: setattr(port, "mute", True), monkeypatch)
    assert ran(bench).state is BenchState.DIED
    silent = [each.silent_s for each in shown]
    assert silent == sorted(silent)
    assert silent[-1] > 4.0, "of 5 s of patience"
    for one, other in pairwise(shown):
        if one.silent_s > 0.5:
            assert other.late_s - one.late_s == pytest.approx(other.silent_s - one.silent_s)
    assert {each.verdict for each in shown if each.silent_s >= SILENT_S} == {"silent"}
    assert {each.verdict for each in shown if each.silent_s < SILENT_S} == {"PASS so far"}


def test_one_that_answers_is_never_shown_silent(fixed, codes, monkeypatch):
    port, shown = Loopback(fixed), []
    bench = LiveBench(fixed, live_loopback(fixed, port), codes, speed=0.01)  # two seconds from frame to frame
    read = port.read
    monkeypatch.setattr(port, "read", lambda size=1: shown.append(bench.snapshot()) or read(size))
    at_sample(bench, 500, bench.stop, monkeypatch)
    assert ran(bench).state is BenchState.STOPPED
    assert max(each.silent_s for each in shown) < SILENT_S
    assert not any(each.silent for each in shown)


class Unpluggable(PulledEarbud):
    """Is pulled out for good."""

    def _reopen(self):
        self.pulled.opened += 1
        raise OSError("no such device")


def test_a_run_that_waits_for_its_port_can_be_stopped(fixed, codes):
    from tests.hil.live.test_devices import Pulled

    line = FaultyLine()
    earbud = Unpluggable(fixed, Pulled(fixed), line)
    bench = LiveBench(fixed, LiveEarbud(fixed, earbud, line), codes, speed=10.0)
    attempts = []
    reopen = earbud._reopen

    def counted():
        attempts.append(1)
        if len(attempts) == 3:
            bench.stop()
        return reopen()

    earbud._reopen = counted
    shown = ran(bench)
    assert (shown.state, shown.reason) == (BenchState.STOPPED, "")
    assert len(attempts) == 3, "it was not waited for any longer"
