"""The whole way from electrodes to the host: the chip's model on the firmware's bus, in this process and in QEMU."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.converter import Bridge, ChipBus
from earloop.firmware.emulator import Emulator
from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import EMULATED_SILENCE_S
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.port import open_port
from earloop.sim.ads1299 import OPEN, Ads1299, ChipErrors, FunctionInputs
from earloop.spec.errors import LinkError
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import DeviceFault, DeviceState, ErrorCode, SampleSource, Tap
from tests.firmware.blackbox import Earbud

ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
PINS = ["IN1P", "IN2P", "IN3P", "IN4P"]
SIZE_V = 1e-4


def electrodes(off=()):
    """A sine of 7 Hz on each, against a reference at 0 V; nothing at those that are off."""
    waves = {pin: lambda t, i=i: SIZE_V * np.sin(2 * np.pi * 7 * t + i) for i, pin in enumerate(PINS)}
    return FunctionInputs({**waves, "SRB1": lambda t: 0.0 * t}, sources=dict.fromkeys(off, OPEN))


class Bus(ChipBus):
    """A chip to which something happens once `after` samples have been read: `event(bus)`.

    `flips` spoils the next status heads, `hushed` the data-ready line up to the next RESET, `identity` what is read as
    the chip's ID.
    """

    def __init__(self, after=0, event=None, off=()):
        super().__init__(Ads1299(electrodes(off), 4, rng=np.random.default_rng(3), part=ChipErrors.ideal()))
        self.after, self.event = after, event
        self.read = self.flips = 0
        self.hushed = False
        self.identity = None

    def exchange(self, out):
        answer = super().exchange(out)
        if out[0] == 0:
            self.read += 1
            if self.flips:
                self.flips -= 1
                answer = bytes([answer[0] ^ 0x40]) + answer[1:]
            if self.event and self.read == self.after:
                self.event(self)
        elif out[0] == 0x20 and self.identity is not None:
            answer = answer[:2] + bytes([self.identity])
        elif out[0] == 0x06:
            self.hushed = False
        return answer

    def data_ready(self, wait_us):
        return 0 if self.hushed else super().data_ready(wait_us)


def flip_a_status(bus):
    bus.flips = 1


def hush(bus):
    bus.hushed = True


def reset_itself(bus):
    bus.chip.set_reset(False)
    bus.chip.advance(1e-5)
    bus.chip.set_reset(True)
    bus.chip.advance(1e-4)


def lose_power(bus):
    bus.chip.set_pwdn(False)


@pytest.fixture(scope="module", params=["host", "emulated"])
def connect(request, fixed):
    """A function that gives a port to an earbud with that bus, and the clock that goes with it."""
    with ExitStack() as module:
        if request.param == "emulated":
            if not all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm"))):
                pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not on PATH")
            emulator = module.enter_context(Emulator(build_elf(fixed)))

        @contextmanager
        def connected(bus):
            if request.param == "host":
                port = Loopback(fixed, bus=bus)
                yield port, port
                return
            with Bridge(open_port(emulator.bridge_port, fixed.design), bus):
                port = open_port(emulator.port, fixed.design)
                try:
                    yield port, None
                finally:
                    port.close()

        yield connected


@pytest.fixture
def acquire(connect, fixed):
    """A function that acquires samples from a bus, with every tap."""

    def acquired(bus, samples, source=SampleSource.BRIDGE):
        with connect(bus) as (port, clock), EarbudLink(port, fixed, clock=clock, silence_s=EMULATED_SILENCE_S) as link:
            link.configure(fixed.design.design_hash, ALL_TAPS, source)
            return link.acquire(samples)

    return acquired


def assert_golden(segment, fixed):
    """Everything is there, and is what the golden model makes of the codes."""
    for name, record in segment.taps.items():
        assert record.received.all(), name
    codes = segment.taps["codes"].values
    golden = GoldenTokenizer(fixed).push(codes)
    for name in ("decimated", "notched", "bands", "tokens"):
        np.testing.assert_array_equal(segment.taps[name].values, getattr(golden, name), name)
    return codes


def test_what_the_electrodes_give_comes_through_as_codes_and_tokens(acquire, fixed):
    found = acquire(Bus(), 520)
    assert found.complete
    assert (found.status.restarts, found.status.fault) == (0, DeviceFault.NONE)
    assert found.losses == ()
    (segment,) = found.segments
    codes = assert_golden(segment, fixed)
    assert len(codes) == found.status.received >= 520
    assert len(segment.taps["tokens"].values) == len(codes) // 250
    volts = codes[20:450] * 4.5 / fixed.design.converter.gain / 2**23
    turns = np.exp(-2j * np.pi * 7 * np.arange(len(volts))[:, None] / fixed.design.converter.rate_hz)
    # 430 samples are 3.01 turns of 7 Hz.
    np.testing.assert_allclose(np.abs((volts * turns).mean(0)) * 2, SIZE_V, rtol=0.03)


def test_an_electrode_that_is_off_is_told(acquire):
    found = acquire(Bus(off=["IN3P"]), 50)
    assert (found.status.lead_off_p, found.status.lead_off_n) == (0b0100, 0)
    assert acquire(Bus(), 50).status.lead_off_p == 0


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (flip_a_status, DeviceFault.CONVERTER_STATUS),
        (hush, DeviceFault.CONVERTER_SILENT),
        (reset_itself, DeviceFault.CONVERTER_RESET),
    ],
)
def test_after_a_fault_the_next_run_begins_and_nothing_before_is_lost(acquire, fixed, event, fault):
    found = acquire(Bus(300, event), 600)
    assert found.complete
    assert (found.status.restarts, found.status.fault) == (1, fault)
    before, after = found.segments
    assert (before.first, after.first) == (0, len(before.taps["codes"].values))
    assert after.run == before.run + 1
    assert 299 <= after.first <= 300
    assert len(before.taps["tokens"].values) == 1
    for segment in found.segments:
        assert_golden(segment, fixed)


def test_a_converter_that_fails_for_good_ends_the_run_and_what_it_gave_is_there(acquire, fixed):
    found = acquire(Bus(300, lose_power), 600)
    assert not found.complete
    assert (found.status.restarts, found.status.fault) == (3, DeviceFault.CONVERTER_ID)
    assert found.status.state == DeviceState.CONFIGURED
    (segment,) = found.segments
    assert len(assert_golden(segment, fixed)) == 300


def test_another_chip_does_not_start(acquire):
    bus = Bus()
    bus.identity = 0x92  # an ADS1298
    with pytest.raises(LinkError, match="does not start: CONVERTER_ID: no converter answers, or one of another type"):
        acquire(bus, 10)
    bus.identity = None
    assert acquire(bus, 10).complete


def test_an_acquisition_can_be_repeated(acquire, fixed):
    bus = Bus()
    for _ in range(2):
        found = acquire(bus, 100)
        (segment,) = found.segments
        assert segment.first == 0
        assert_golden(segment, fixed)


def test_samples_of_the_host_are_refused_meanwhile(connect, fixed):
    with connect(Bus()) as (port, _):
        earbud = Earbud(port, fixed)
        earbud.configure(Tap(0), SampleSource.BRIDGE)
        earbud.start()
        refusals = [a for a in earbud.samples(0) if a.type.name == "ERROR"]
        earbud.assert_refuses(refusals, ErrorCode.UNSUPPORTED, earbud.hello.taps | earbud.hello.sources << 16)
        earbud.stop()


def test_another_session_ends_conversions(connect, fixed):
    bus = Bus()
    with connect(bus) as (port, _):
        earbud = Earbud(port, fixed)
        earbud.configure(Tap(0), SampleSource.BRIDGE)
        earbud.start()
        assert bus.chip.continuous
        earbud.open()
        earbud.answers_to_query()
        assert not bus.chip.continuous
        assert earbud.after.state == DeviceState.IDLE


def test_without_a_converter_it_does_not_start(connect, fixed):
    """The board's own bus: in QEMU it is there and nothing is on it."""
    with connect(None) as (port, clock), EarbudLink(port, fixed, clock=clock, silence_s=EMULATED_SILENCE_S) as link:
        link.configure(fixed.design.design_hash, ALL_TAPS, SampleSource.SPI)
        with pytest.raises(LinkError, match="does not start: CONVERTER_ID"):
            link.acquire(10)


def test_a_host_that_reads_too_slowly_sees_by_the_numbers_what_it_lost(fixed):
    """A converter does not wait: frames in its way are passed over, and the codes between stay in their places."""
    bus = Bus()
    port = Loopback(fixed, bus=bus, send_room=400)
    with EarbudLink(port, fixed, clock=port) as link:
        link.configure(fixed.design.design_hash, Tap.CODES | Tap.BANDS, SampleSource.BRIDGE)
        found = link.acquire(500)
    (segment,) = found.segments
    record, bands = segment.taps["codes"], segment.taps["bands"]
    lost = sum(loss.count for loss in found.losses)
    assert lost > 0
    assert (~bands.received).sum() > 0
    equal = Bus()
    whole_port = Loopback(fixed, bus=equal)
    with EarbudLink(whole_port, fixed, clock=whole_port) as link:
        link.configure(fixed.design.design_hash, Tap.CODES, SampleSource.BRIDGE)
        whole = link.acquire(len(record.values)).segments[0].taps["codes"].values
    np.testing.assert_array_equal(record.values[record.received], whole[: len(record.received)][record.received])
