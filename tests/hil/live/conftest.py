"""Live devices whose time passes only when they wait, so that seconds of signal take as long as the work on them."""

from __future__ import annotations

import pytest

from firmware.loopback import Loopback
from hil.live.bench import LiveBench
from hil.live.device import LiveGolden
from hil.live.earbud import LiveEarbud, Plug
from recordings import Recording
from sim import convert
from sim.stimulus import to_stimulus
from synth_data import synthesise


class Waiting:
    """A clock that goes on only by being waited for."""

    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def wait(self, seconds):
        self.now_s += seconds


class LiveLoopback(LiveEarbud):
    """The firmware in this process; `port` is its end of the line."""

    def __init__(self, fixed, silence_s=5.0):
        self.port = Loopback(fixed)
        super().__init__(
            fixed, lambda stack: Plug("loopback", "in process", self.port), clock=self.port, silence_s=silence_s
        )


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
        device = LiveGolden(fixed, Waiting()) if kind == "golden" else LiveLoopback(fixed)
        return LiveBench(fixed, device, codes, **options)

    return make
