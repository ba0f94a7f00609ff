"""Every kind of device on the live bench: that it passes as it does in a batch, and comes back when it was away."""

from __future__ import annotations

import pytest
from serial import SerialException

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import RealEarbud
from earloop.hil.devices.kinds import DEVICE_KINDS
from earloop.hil.devices.open_device import DeviceOptions
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.earbud import LiveEarbud
from earloop.hil.live.open_live import open_live
from earloop.hil.live.snapshot import BenchState
from tests.hil.devices.bluetooth.conftest import air  # noqa: F401  a fixture
from tests.hil.live.conftest import live_loopback
from tests.hil.live.test_bench import ran

OURS, OTHER = "C0:FF:EE:00:00:01", "C0:FF:EE:00:00:02"


def test_the_simulated_rtl_passes(make_bench):
    shown = ran(make_bench("rtl"))
    assert (shown.state, shown.verdict) == (BenchState.ENDED, "PASS"), shown.reason or shown.account.reasons
    assert (shown.identity.kind, shown.account.tokens) == ("rtl", 40 * 48)
    assert [tap.compared for tap in shown.account.taps] == [2000 * 48, 2000 * 48]


def test_the_firmware_in_the_emulator_passes(fixed, codes):
    shown = ran(LiveBench(fixed, open_live("firmware", fixed, DeviceOptions()), codes[:1500]))
    assert (shown.state, shown.verdict) == (BenchState.ENDED, "PASS"), shown.reason or shown.account.reasons
    assert (shown.identity.kind, shown.account.tokens) == ("firmware", 6 * 48)
    assert shown.latency.longest_ms > 0


def test_an_earbud_by_bluetooth_passes_and_is_connected_to_again(air, fixed, codes):  # noqa: F811
    ours = air.switch_on(OURS, "ours", Loopback(fixed))
    other = air.switch_on(OTHER, "other")
    ours.break_after(9_000)
    shown = ran(LiveBench(fixed, open_live("ble", fixed, DeviceOptions(address=OURS)), codes[:2000], speed=5.0))
    assert (shown.state, shown.account.mismatches) == (BenchState.ENDED, 0), shown.reason
    assert (shown.identity.kind, shown.account.tokens) == ("ble", 8 * 48)
    assert (ours.connections, other.connections, shown.line.reopened) == (2, 0, 1)


@pytest.mark.parametrize("kind", DEVICE_KINDS)
def test_whatever_runs_in_a_batch_can_be_watched(fixed, kind):
    assert open_live(kind, fixed, DeviceOptions()).kinds


class Pulled(Loopback):
    """Is pulled out at the hundredth frame, until it is opened again."""

    writes, opened = 0, 1

    def write(self, data):
        self.writes += 1
        self.check()
        return super().write(data)

    @property
    def in_waiting(self):
        self.check()
        return super().in_waiting

    def check(self):
        if self.writes >= 100 and self.opened == 1:
            raise SerialException("device disconnected")


class PulledEarbud(RealEarbud):
    """A real earbud as far as this process can tell, whose port is `pulled`."""

    kind = "serial"

    def __init__(self, fixed, pulled, line):
        super().__init__(fixed, 5.0, line=line)
        self.pulled = pulled

    def _connect(self):
        return self.pulled, "pulled"

    def _reopen(self):
        self.pulled.opened += 1
        return self.pulled


def test_an_earbud_that_is_pulled_out_is_opened_again(fixed, codes):
    line = FaultyLine()
    earbud = PulledEarbud(fixed, Pulled(fixed), line)
    shown = ran(LiveBench(fixed, LiveEarbud(fixed, earbud, line), codes, speed=10.0))
    assert (shown.state, shown.account.mismatches) == (BenchState.ENDED, 0), shown.reason
    assert earbud.pulled.opened == 2


def test_a_device_that_falls_silent_ends_the_bench_with_its_reason(fixed, codes, monkeypatch):
    port = Loopback(fixed)
    bench = LiveBench(fixed, live_loopback(fixed, port), codes)
    monkeypatch.setattr(bench, "status", lambda status, at_s: monkeypatch.setattr(port, "write", len))
    shown = ran(bench)
    assert (shown.state, shown.verdict) == (BenchState.DIED, "FAIL")
    assert "silent for 5" in shown.reason
    monkeypatch.undo()
    assert ran(bench).state is BenchState.ENDED, "and can be started again"
