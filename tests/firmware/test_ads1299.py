"""The C driver of the ADS1299 against the chip's model: power-up, samples, and each way in which a chip can fail it."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from earloop.firmware.build import build_host
from earloop.firmware.converter import ChipBus, HostConverter
from earloop.sim.ads1299 import OPEN, Ads1299, ChipErrors, FunctionInputs, Mux
from earloop.spec.messages import DeviceFault

NOTHING, SAMPLE, FAULT = range(3)  # enum ads1299_event
PINS = [f"IN{i}P" for i in range(1, 9)]


class Driver:
    """The driver in the host library, and the bus it is on."""

    def __init__(self, fixed, bus):
        self._library = ctypes.CDLL(str(build_host(fixed)))
        self._channels = len(fixed.design.channels)
        self._codes = (ctypes.c_int32 * self._channels)()
        self._lead_off = (ctypes.c_uint8 * 2)()
        self.bus = bus
        self.connect()

    def connect(self):
        self._converter = HostConverter(self._library, self.bus)

    def start(self):
        return DeviceFault(self._library.library_converter_start())

    def stop(self):
        self._library.library_converter_stop()

    def poll(self):
        """Event, and fault where it is one."""
        found = self._library.library_converter_poll(self._codes, self._lead_off)
        return found & 0xFF, DeviceFault(found >> 8)

    def read(self, samples):
        """Codes [samples, channels], and the two lead-off bytes of each, [samples, 2]."""
        codes, lead_off = [], []
        for _ in range(samples):
            assert self.poll() == (SAMPLE, DeviceFault.NONE)
            codes.append(list(self._codes))
            lead_off.append(list(self._lead_off))
        return np.array(codes), np.array(lead_off)

    def fault(self, polls=100_000):
        """The next event that is none of nothing: a fault is expected within so many polls."""
        for _ in range(polls):
            event, fault = self.poll()
            if event != NOTHING:
                assert event == FAULT
                return fault
        raise AssertionError(f"no fault in {polls} polls")


def sines(frequency_hz=7.0, size_v=1e-4, dc_v=0.01):
    """Electrodes with a sine each, its phase the pin's; the reference is at 0 V."""
    waves = {pin: lambda t, i=i: dc_v + size_v * np.sin(2 * np.pi * frequency_hz * t + i) for i, pin in enumerate(PINS)}
    return FunctionInputs({**waves, "SRB1": lambda t: 0.0 * t})


def chip_of(channels=4, inputs=None, part=None):
    return Ads1299(inputs or sines(), channels, rng=np.random.default_rng(3), part=part or ChipErrors.ideal())


@pytest.fixture
def driver(fixed):
    return Driver(fixed, ChipBus(chip_of()))


def test_it_powers_up_a_chip_without_a_mistake(driver):
    assert driver.start() is DeviceFault.NONE
    driver.read(10)
    counts = driver.bus.chip.counts
    assert (counts.unknown_opcodes, counts.ignored_commands, counts.torn_reads, counts.unread_frames) == (0, 0, 0, 0)


def test_the_registers_say_what_the_design_says(driver, fixed):
    driver.start()
    settings, design = driver.bus.chip.registers.settings(), fixed.design
    assert settings.rate_hz == design.converter.rate_hz
    assert settings.gain == (design.converter.gain,) * 4
    assert settings.mux == (Mux.NORMAL,) * 4
    assert settings.reference_buffer
    assert settings.srb1  # linked mastoids: one reference for all
    assert settings.comparators_on
    assert settings.lead_off_p == (True,) * 4


@pytest.mark.parametrize("channels", [4, 8])
def test_codes_are_the_chips_own(fixed, channels):
    """Read by the driver, or taken out of an equal chip without its bus."""
    driver = Driver(fixed, ChipBus(chip_of(channels)))
    driver.start()
    codes, _ = driver.read(200)
    # The same conversions by eye: 7 Hz of 0.1 mV on 10 mV, gain 12, 4.5 V over 2^23.
    lsb_v = 4.5 / fixed.design.converter.gain / 2**23
    volts = codes * lsb_v
    np.testing.assert_allclose(volts.mean(0), 0.01, atol=5e-5)
    np.testing.assert_allclose(np.ptp(volts, axis=0), 2e-4, rtol=0.03)
    spectrum = np.abs(np.fft.rfft(volts[:143] - volts[:143].mean(0), axis=0))
    assert (spectrum.argmax(0) == 1).all()  # 143 samples of 1 ms: one cycle of 7 Hz
    assert len({tuple(column) for column in codes.T}) == 4  # no channel stands for another


def test_unused_channels_of_a_larger_chip_are_off(fixed):
    driver = Driver(fixed, ChipBus(chip_of(8)))
    driver.start()
    assert driver.bus.chip.registers.settings().powered_down == (False,) * 4 + (True,) * 4


def test_an_electrode_that_is_off_is_told_with_its_sample(fixed):
    off = FunctionInputs({pin: lambda t: 0.0 * t for pin in [*PINS, "SRB1"]}, sources={"IN3P": OPEN})
    driver = Driver(fixed, ChipBus(chip_of(inputs=off)))
    driver.start()
    _, lead_off = driver.read(50)
    assert lead_off[-1].tolist() == [0b0100, 0]


def test_a_chip_that_has_run_before_is_brought_up_anew(driver):
    driver.start()
    driver.read(20)
    assert driver.start() is DeviceFault.NONE
    driver.read(20)
    counts = driver.bus.chip.counts
    assert (counts.unknown_opcodes, counts.ignored_commands, counts.torn_reads) == (0, 0, 0)


def test_stop_ends_conversions(driver):
    driver.start()
    driver.read(5)
    driver.stop()
    assert driver.poll() == (NOTHING, DeviceFault.NONE)
    assert not driver.bus.chip.continuous


class Bent(ChipBus):
    """A bus on which answers are changed: `bend(out, answer)` gives what the driver sees."""

    def __init__(self, chip, bend):
        super().__init__(chip)
        self.bend = bend

    def exchange(self, out):
        return self.bend(out, super().exchange(out))


@pytest.mark.parametrize("identity", [0x00, 0xFF, 0x92, 0x3F], ids=lambda i: f"{i:#x}")
def test_another_chip_is_refused(fixed, identity):
    """None there: zeros or ones; an ADS1298, 92h; a count of channels that is reserved."""

    def bend(out, answer):
        return answer[:2] + bytes([identity]) if out[0] == 0x20 else answer

    assert Driver(fixed, Bent(chip_of(), bend)).start() is DeviceFault.CONVERTER_ID


def test_a_register_that_does_not_hold_is_found(fixed):
    def bend(out, answer):
        return answer[:7] + bytes([answer[7] ^ 0x10]) + answer[8:] if out[0] == 0x21 else answer

    assert Driver(fixed, Bent(chip_of(), bend)).start() is DeviceFault.CONVERTER_REGISTERS


def test_a_write_that_was_lost_is_found(fixed):
    class Deaf(ChipBus):
        def exchange(self, out):
            return bytes(len(out)) if out[0] & 0xE0 == 0x40 else super().exchange(out)

    assert Driver(fixed, Deaf(chip_of())).start() is DeviceFault.CONVERTER_REGISTERS


def test_data_ready_that_stays_away_is_silence(fixed):
    class Broken(ChipBus):
        broken = False

        def data_ready(self, wait_us):
            return 0 if self.broken else super().data_ready(wait_us)

    driver = Driver(fixed, Broken(chip_of()))
    driver.start()
    driver.read(30)
    driver.bus.broken = True
    assert driver.fault() is DeviceFault.CONVERTER_SILENT
    driver.bus.broken = False
    assert driver.start() is DeviceFault.NONE
    driver.read(5)


def test_a_chip_that_resets_itself_is_named(driver):
    driver.start()
    driver.read(30)
    chip = driver.bus.chip
    chip.set_reset(False)
    chip.advance(1e-5)
    chip.set_reset(True)
    chip.advance(1e-4)
    assert driver.fault() is DeviceFault.CONVERTER_RESET
    assert driver.start() is DeviceFault.NONE
    driver.read(5)


def test_a_chip_without_power_is_named(driver):
    driver.start()
    driver.bus.chip.set_pwdn(False)
    assert driver.fault() is DeviceFault.CONVERTER_ID
    assert driver.start() is DeviceFault.CONVERTER_ID


def test_a_sample_that_was_not_taken_in_time_is_an_overrun(driver):
    driver.start()
    driver.read(10)
    ready = driver.bus.data_ready
    driver.bus.data_ready = lambda wait_us: ready(wait_us) + ready(wait_us)
    driver.connect()
    assert driver.fault() is DeviceFault.OVERRUN


@pytest.mark.parametrize("bit", [4, 5, 6, 7])
def test_noise_in_the_head_of_a_status_is_found(fixed, bit):
    flips = iter([0] * 30 + [1 << bit])

    def bend(out, answer):
        return bytes([answer[0] ^ next(flips, 0)]) + answer[1:] if out[0] == 0 else answer

    driver = Driver(fixed, Bent(chip_of(), bend))
    driver.start()
    driver.read(30)
    assert driver.fault() is DeviceFault.CONVERTER_STATUS


@pytest.mark.parametrize("reference", ["cross-ear", "within-ear"])
def test_channels_with_references_of_their_own_use_their_negative_inputs(design_data, reference):
    from earloop.spec.design import parse_design
    from earloop.spec.fixed import compile_design

    design_data["electrodes"]["reference"] = reference
    fixed = compile_design(parse_design(design_data))
    driver = Driver(fixed, ChipBus(chip_of()))
    assert driver.start() is DeviceFault.NONE
    settings = driver.bus.chip.registers.settings()
    assert not settings.srb1
    assert settings.bias_n[: len(fixed.design.channels)] == (True,) * len(fixed.design.channels)


@pytest.mark.parametrize("rate_hz", [250, 500, 1000, 2000])
def test_every_rate_of_a_design_is_set(design_data, rate_hz):
    from earloop.spec.design import parse_design
    from earloop.spec.fixed import compile_design

    design_data["converter"]["rate_hz"] = rate_hz
    design_data["decimator"]["factor"] = max(1, rate_hz // 200) if rate_hz != 250 else 1
    driver = Driver(compile_design(parse_design(design_data)), ChipBus(chip_of()))
    driver.start()
    assert driver.bus.chip.registers.rate_hz == rate_hz
