"""Live devices whose time passes only when they wait, so that seconds of signal take as long as the work on them."""

from __future__ import annotations

import pytest

from earloop.hil.devices.in_process import RtlDevice
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.earbud import LiveEarbud
from earloop.hil.live.open_live import live_golden, live_rtl
from earloop.recordings import Recording
from earloop.sim import convert
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.synth_data import synthesise


class Waiting:
    """A clock that goes on only by being waited for."""

    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def wait(self, seconds):
        self.now_s += seconds


def live_loopback(fixed, port=None):
    """The firmware in this process over a line that can be spoilt."""
    line = FaultyLine()
    return LiveEarbud(fixed, LoopbackEarbud(fixed, line=line, port=port), line)


@pytest.fixture(scope="session")
def recording(design) -> Recording:
    """Ten synthetic seconds behind the front end, forty patches."""
    return convert(synthesise(design, duration_s=10.0, seed=4), design, seed=4)


@pytest.fixture(scope="session")
def codes(recording, design):
    return to_stimulus(recording, design).codes


@pytest.fixture
def make_bench(fixed, codes):
    """A bench that has run: `make_bench("golden", codes=...)`."""

    def make(kind, codes=codes, **options):
        if kind == "loopback":
            device = live_loopback(fixed)
        elif kind == "rtl":
            device = live_rtl(fixed, RtlDevice(fixed), Waiting())
        else:
            device = live_golden(fixed, Waiting())
        return LiveBench(fixed, device, codes, **options)

    return make
