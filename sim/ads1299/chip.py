"""The chip at its pins: power, reset, START, chip select, serial bus, DRDY, and the advance of time.

A level of True is high. CS, RESET, PWDN and DRDY are low-active.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.channel import SignalPath
from earloop.sim.ads1299.clock import ChipClock
from earloop.sim.ads1299.conversion import Conversion
from earloop.sim.ads1299.inputs import Inputs
from earloop.sim.ads1299.part import BoardWiring, ChipErrors
from earloop.sim.ads1299.registers import ID, ChipRegister, Registers
from earloop.sim.ads1299.sequencer import Sequencer
from earloop.sim.ads1299.serial import DriverErrors, Opcode, SerialPort
from earloop.spec.errors import EarloopError

POWER_ON_CYCLES = 1 << 18  # tPOR, table 30 of SBAS499C
RESET_CYCLES = 18  # until a reset takes effect, section 9.4.2
RESET_LOW_CYCLES = 2  # tRST, table 30
WAKE_UP_CYCLES = 64  # 31.25 us from STANDBY, section 7.5


class Ads1299Error(EarloopError):
    """The chip does not exist, or cannot do what the call requests in its present state."""


class Ads1299:
    """An ADS1299 (8 channels), ADS1299-6 or ADS1299-4, powered at time 0, with CS and RESET high and START low.

    As the real chip, it works only after tPOR (2^18 clocks) and then a reset. Until then DOUT is 0, DRDY is high, and
    the chip ignores every command but RESET. Its internal reference needs 150 ms after it is switched on.

    A transfer takes no time unless `byte_s` is given: the caller then advances the chip by the time of SCLKs and
    pauses. With `byte_s`, the chip advances by it for each byte, and checks that a command's byte has 4 tCLK for its
    decoding (`earloop.sim.ads1299.serial`).

    The model omits crosstalk, INL, supply rejection, and that CS must stay low for 4 tCLK after the last SCLK.

    Parameters
    ----------
    inputs : potentials and sources at the pins
    channels : 4, 6 or 8
    rng : generator of the part's errors and of the noise
    clock : the oscillator; ideal by default
    part : the chip's errors; drawn by default
    board : supplies, reference, temperature, bias network

    Raises
    ------
    Ads1299Error
        There is no ADS1299 with so many channels.
    """

    def __init__(
        self,
        inputs: Inputs,
        channels: int = 8,
        *,
        rng: np.random.Generator,
        clock: ChipClock | None = None,
        part: ChipErrors | None = None,
        board: BoardWiring | None = None,
    ) -> None:
        if channels not in ID:
            raise Ads1299Error(f"an ADS1299 with {channels} channels: an ADS1299 has 4, 6 or 8")
        self._inputs, self._channels = inputs, channels
        self._clock, self._board = clock or ChipClock(), board or BoardWiring()
        self._part = part or ChipErrors.draw(rng)
        self._time_s, self._cycle = 0.0, 0
        self.registers = Registers(channels)
        self.counts = DriverErrors()
        self._port = SerialPort(self.registers, self._command, self._configure, self.counts)
        self._conversion = Conversion(channels, self._clock, rng)
        self._sequencer = Sequencer(self._conversion)
        self._selected = self._start_pin = self._frame_is_new = False
        self._powered = self._reset_pin = True
        self._reset_fell = self._config1 = 0
        self._power_up()

    @property
    def time_s(self) -> float:
        """True time, s."""
        return self._time_s

    @property
    def cycle(self) -> int:
        """Cycles of the chip's clock since time 0."""
        return self._cycle

    @property
    def drdy(self) -> bool:
        """Level of the DRDY line: low (False) means that data are ready.

        It falls with each conversion. It rises with the first SCLK of any transfer, at either level of CS, or 4 clocks
        before the next conversion. In single-shot mode it stays low until the next start.
        """
        return self._sequencer.drdy(self._cycle)

    @property
    def clock_hz(self) -> float:
        """The oscillator's frequency without its slow variation."""
        return self._clock.hz

    @property
    def continuous(self) -> bool:
        """Whether the bus is in RDATAC, where the host reads frames without a command."""
        return self._port.continuous

    def cycles_to_drdy(self) -> int | None:
        """Return the clock cycles until DRDY falls next; None while the chip does not convert."""
        return self._sequencer.cycles_left(self._cycle)

    def set_pwdn(self, level: bool) -> None:
        """Set PWDN: low switches the power off; its rise is a power-up."""
        if level and not self._powered:
            self._power_up()
        elif not level:
            self._alive = False
            self._sequencer.halt()
        self._powered = level

    def set_reset(self, level: bool) -> None:
        """Set RESET: low stops the chip; its rise, 2 clocks or more after the fall, resets it."""
        before, self._reset_pin = self._reset_pin, level
        if level and not before and self._cycle - self._reset_fell >= RESET_LOW_CYCLES:
            self._reset()
        elif before and not level:
            self._reset_fell = self._cycle
            self._sequencer.halt()

    def set_start(self, level: bool) -> None:
        """Set START: high converts, and its rise restarts the filter; low stops after the conversion in progress."""
        if level and not self._start_pin:
            self._start(self._cycle)
        elif not level and self._start_pin:
            self._sequencer.finish()
            self._resume = False
        self._start_pin = level

    def set_cs(self, level: bool) -> None:
        """Set CS: low selects the chip; its rise resets the serial interface."""
        if level and self._selected:
            self._port.deselect()
        elif not level and not self._selected and self._port.continuous and self._frame_is_new:
            self._port.load(self._frame)
        self._selected = not level

    def set_gpio(self, levels: int) -> None:
        """Set the levels that the board drives onto GPIO4..GPIO1, bits 3..0."""
        self.registers.gpio_pins = levels & 0x0F

    def connect(self, inputs: Inputs) -> None:
        """Connect other inputs to the pins from now on, for example when an electrode has come off."""
        self._inputs = inputs
        self._configure()

    def transfer(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """Exchange bytes in one transaction, full duplex, SPI mode 1.

        If CS is high, it is low for this transfer only. To spread a transaction over several transfers, hold it low
        by `set_cs(False)`. For `byte_s` see `shift`.
        """
        if self._selected:
            return self.shift(mosi, byte_s=byte_s)
        self.set_cs(False)
        miso = self.shift(mosi, byte_s=byte_s)
        self.set_cs(True)
        return miso

    def shift(self, mosi: bytes, *, daisy_in: bytes = b"", byte_s: float | None = None) -> bytes:
        """Clock bytes without a change of CS; while CS is high, DIN is ignored, DOUT reads 0, and DRDY still rises.

        Parameters
        ----------
        daisy_in : bytes on DAISY_IN at the same SCLKs; DAISY_IN is low after their end
        byte_s : the time of each byte, by which the chip advances; None for a transfer without time, in which no byte
            comes too early
        """
        miso = bytearray()
        for din, daisy in zip(mosi, daisy_in.ljust(len(mosi), b"\0"), strict=False):
            cycle = None
            if byte_s is not None:
                self.advance(byte_s)
                cycle = self._clock.cycles(self._time_s)
            self._sequencer.read()
            self._frame_is_new &= not self._selected
            miso.append(self._exchange(din, daisy, cycle) if self._selected else 0)
        return bytes(miso)

    def advance(self, seconds: float = 0.0, *, cycles: int = 0) -> int:
        """Advance time, in true seconds or in the chip's clock cycles; returns how often DRDY fell.

        Raises
        ------
        Ads1299Error
            The time is negative.
        """
        if seconds < 0 or cycles < 0:
            raise Ads1299Error(f"cannot advance by {seconds:g} s and {cycles} cycles: both must be 0 or more")
        if cycles:
            target = self._cycle + cycles
            self._time_s = float(self._clock.time_s(target))
        else:
            self._time_s += seconds
            target = int(
                self._clock.cycles(self._time_s) + 1e-6
            )  # the tolerance keeps a rounding error from losing a cycle
        return len(self._run(target))

    def advance_to_drdy(self) -> None:
        """Advance time until DRDY falls.

        Raises
        ------
        Ads1299Error
            The chip does not convert.
        """
        self.advance(cycles=self._cycles_until(1))

    def capture(self, samples: int) -> NDArray[np.int32]:
        """Return the next conversions without the bus, as if each had been read in time: int32 [samples, channels].

        Time advances to the last of them. This is much faster than to advance and read one by one.

        Raises
        ------
        Ads1299Error
            No continuous conversion is in progress, or `samples` is below 1.
        """
        if samples < 1 or self._sequencer.single_shot or self._sequencer.finishing:
            raise Ads1299Error(f"cannot capture {samples} samples: capture 1 or more, in continuous conversion")
        unread, target = self.counts.unread_frames, self._cycle + self._cycles_until(samples)
        self._time_s = float(self._clock.time_s(target))
        codes = self._run(target)
        self._sequencer.read()
        self.counts.unread_frames, self._frame_is_new = unread, False
        return codes

    def _cycles_until(self, samples: int) -> int:
        left = self._sequencer.cycles_left(self._cycle, samples)
        if left is None:
            raise Ads1299Error(
                "the chip is not converting: reset it after tPOR, then raise the START pin or send START"
            )
        return left

    def _run(self, cycle: int) -> NDArray[np.int32]:
        """Advance to a cycle and return the codes of the conversions until then; the bus can read the last."""
        self._cycle = cycle
        samples = self._sequencer.run(cycle)
        if samples is None:
            return np.zeros((0, self._channels), np.int32)
        self.registers.set_lead_off(*map(int, samples.lead_off[-1]))
        self.counts.unread_frames += len(samples.codes) - 1 + self._frame_is_new
        codes = b"".join(int(code).to_bytes(3, "big", signed=True) for code in samples.codes[-1])
        self._frame, self._frame_is_new = self.registers.status() + codes, True
        if self._selected and self._port.continuous:
            self._port.load(self._frame)
        return samples.codes

    def _exchange(self, mosi: int, daisy_in: int, cycle: float | None) -> int:
        """Exchange one byte, if the chip's state allows it; returns 0 otherwise."""
        if self._alive and self._reset_pin and self._cycle >= self._busy_until and not self._standby:
            return self._port.exchange(mosi, daisy_in, cycle)
        powered_up = self._powered and self._cycle - self._power_on >= POWER_ON_CYCLES
        if self._standby and mosi == Opcode.WAKEUP:
            self._command(Opcode.WAKEUP)
            self._port.decode(cycle)
        elif mosi == Opcode.RESET and powered_up and not self._alive:
            self._reset()
        elif mosi != Opcode.NOP:
            self.counts.ignored_commands += 1
        return 0

    def _command(self, opcode: Opcode) -> None:
        if opcode == Opcode.RDATA:
            self._port.load(self._frame)
        elif opcode == Opcode.RESET:
            self._reset()
        elif opcode == Opcode.START and (not self._sequencer.running or self._sequencer.finishing):
            self._start(self._cycle)
        elif opcode == Opcode.STOP:
            self._sequencer.finish()
        elif opcode == Opcode.STANDBY:
            self._standby, self._resume = True, self._sequencer.running and not self._sequencer.finishing
            self._sequencer.halt()
        elif opcode == Opcode.WAKEUP and self._standby:
            self._standby = False
            if self._resume or self._start_pin:
                self._start(self._cycle + WAKE_UP_CYCLES)

    def _power_up(self) -> None:
        self._power_on = self._cycle
        self._alive = self._standby = False
        self._clear()

    def _reset(self) -> None:
        """Reset the chip to its defaults; without power for tPOR nothing happens."""
        if not self._powered or self._cycle - self._power_on < POWER_ON_CYCLES:
            return
        self._alive, self._standby = True, False
        self._clear()
        self._busy_until = self._cycle + RESET_CYCLES
        if self._start_pin:
            self._start(self._busy_until)

    def _clear(self) -> None:
        self.registers.reset()
        self._port.reset()
        self._frame = bytes(3 + 3 * self._channels)
        self._sequencer.halt()
        self._frame_is_new = self._resume = self._reference_on = False
        self._reference_since = self._busy_until = self._cycle
        self._configure()

    def _configure(self) -> None:
        """Update the analog part from the registers; a new CONFIG1 restarts the conversions (section 9.4.2)."""
        settings = self.registers.settings()
        if settings.reference_buffer and not self._reference_on:
            self._reference_since = self._cycle
        self._reference_on = settings.reference_buffer
        path = SignalPath(settings, self._inputs, self._part, self._board, self._clock, self._reference_since)
        self._conversion.set_path(self._cycle, path)
        before, self._config1 = self._config1, self.registers.read(ChipRegister.CONFIG1)
        if self._sequencer.running and self._config1 != before:
            self._start(self._cycle)

    def _start(self, cycle: int) -> None:
        """Start conversions, single-shot or continuous by the present registers (sections 9.4.5 and 9.4.6)."""
        if self._alive and self._reset_pin and not self._standby:
            self._sequencer.start(cycle, self.registers.rate_hz, single_shot=self.registers.single_shot)
