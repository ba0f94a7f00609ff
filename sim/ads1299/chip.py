"""The chip as its pins show it: power, reset, START, chip select, serial bus, DRDY, and the passing of time.

Levels are those of the lines: True is high. CS, RESET, PWDN and DRDY are low-active.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.channel import SignalPath
from earloop.sim.ads1299.clock import Clock
from earloop.sim.ads1299.conversion import Conversion
from earloop.sim.ads1299.inputs import Inputs
from earloop.sim.ads1299.part import Board, Part
from earloop.sim.ads1299.registers import ID, Register, Registers
from earloop.sim.ads1299.sequencer import Sequencer
from earloop.sim.ads1299.serial import Counts, Opcode, SerialPort
from earloop.spec.errors import EarloopError

POWER_ON_CYCLES = 1 << 18  # tPOR, table 30 of SBAS499C
RESET_CYCLES = 18  # to take effect, section 9.4.2
RESET_LOW_CYCLES = 2  # tRST, table 30
WAKE_UP_CYCLES = 64  # 31.25 us from STANDBY, section 7.5


class Ads1299Error(EarloopError):
    """A chip that does not exist, or is asked for what it cannot give."""


class Ads1299:
    """An ADS1299 (8 channels), ADS1299-6 or ADS1299-4, powered at time 0, with CS and RESET high and START low.

    As on silicon it is of no use before tPOR (2^18 clocks) has passed and a reset has followed: until then DOUT is 0,
    DRDY high, and any command but RESET is ignored. Its internal reference, once switched on, needs 150 ms.

    A transfer takes no time, unless it is told how long a byte takes: whoever clocks the bus advances the chip by the
    time that its SCLKs and pauses take. With a time for each byte, the chip advances by it, and the 4 tCLK that a byte
    of a command takes to be decoded are checked (`earloop.sim.ads1299.serial`).

    Left out: crosstalk, INL, supply rejection, and that CS must stay low for 4 tCLK after the last SCLK.

    Parameters
    ----------
    inputs : what hangs on the pins
    channels : 4, 6 or 8
    rng : of the part's errors and the noise
    clock : the oscillator; the ideal one where none is given
    part : its errors; drawn where none is given
    board : supplies, reference, temperature, bias network

    Raises
    ------
    Ads1299Error
        No such number of channels.
    """

    def __init__(
        self,
        inputs: Inputs,
        channels: int = 8,
        *,
        rng: np.random.Generator,
        clock: Clock | None = None,
        part: Part | None = None,
        board: Board | None = None,
    ) -> None:
        if channels not in ID:
            raise Ads1299Error(f"an ADS1299 of {channels} channels: an ADS1299 has 4, 6 or 8")
        self._inputs, self._channels = inputs, channels
        self._clock, self._board = clock or Clock(), board or Board()
        self._part = part or Part.draw(rng)
        self._time_s, self._cycle = 0.0, 0
        self.registers = Registers(channels)
        self.counts = Counts()
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
        """The chip's own clock, cycles since time 0."""
        return self._cycle

    @property
    def drdy(self) -> bool:
        """Level of the DRDY line: low (False) says that data are ready.

        It falls with each conversion and rises with the first SCLK of any transfer, whatever CS is, or 4 clocks before
        the next conversion. In single-shot mode it stays low until the next start.
        """
        return self._sequencer.drdy(self._cycle)

    @property
    def clock_hz(self) -> float:
        """The oscillator's frequency, its wander apart."""
        return self._clock.hz

    @property
    def continuous(self) -> bool:
        """Whether the bus is in RDATAC: frames are read without a command."""
        return self._port.continuous

    def cycles_to_drdy(self) -> int | None:
        """Clock cycles until DRDY falls next; None while nothing is being converted."""
        return self._sequencer.cycles_left(self._cycle)

    def set_pwdn(self, level: bool) -> None:
        """PWDN: low takes the power away; its rise is a power-up."""
        if level and not self._powered:
            self._power_up()
        elif not level:
            self._alive = False
            self._sequencer.halt()
        self._powered = level

    def set_reset(self, level: bool) -> None:
        """RESET: low holds the chip still; its rise, 2 clocks or more after the fall, resets it."""
        before, self._reset_pin = self._reset_pin, level
        if level and not before and self._cycle - self._reset_fell >= RESET_LOW_CYCLES:
            self._reset()
        elif before and not level:
            self._reset_fell = self._cycle
            self._sequencer.halt()

    def set_start(self, level: bool) -> None:
        """START: high converts, its rise begins anew; low lets the conversion in progress finish."""
        if level and not self._start_pin:
            self._start(self._cycle)
        elif not level and self._start_pin:
            self._sequencer.finish()
            self._resume = False
        self._start_pin = level

    def set_cs(self, level: bool) -> None:
        """CS: low selects; its rise resets the serial interface."""
        if level and self._selected:
            self._port.deselect()
        elif not level and not self._selected and self._port.continuous and self._frame_is_new:
            self._port.load(self._frame)
        self._selected = not level

    def set_gpio(self, levels: int) -> None:
        """What the board drives onto GPIO4..GPIO1, bits 3..0."""
        self.registers.gpio_pins = levels & 0x0F

    def connect(self, inputs: Inputs) -> None:
        """From now on other inputs hang on the pins: an electrode has come off, say."""
        self._inputs = inputs
        self._configure()

    def transfer(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """One transaction, full duplex, SPI mode 1.

        Where CS is high, it is low for this transfer only. To spread a transaction over several transfers, hold it low
        by `set_cs(False)`. For `byte_s` see `shift`.
        """
        if self._selected:
            return self.shift(mosi, byte_s=byte_s)
        self.set_cs(False)
        miso = self.shift(mosi, byte_s=byte_s)
        self.set_cs(True)
        return miso

    def shift(self, mosi: bytes, *, daisy_in: bytes = b"", byte_s: float | None = None) -> bytes:
        """SCLKs at whatever level CS has; while it is high, DIN is ignored, DOUT reads 0, and DRDY still rises.

        Parameters
        ----------
        daisy_in : on DAISY_IN at the same SCLKs; low after its end
        byte_s : the time that each byte takes, which then passes; None for transfers that take no time and whose bytes
            are never too close
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
        """Let time pass, in true seconds or in the chip's clock cycles; returns how often DRDY fell.

        Raises
        ------
        Ads1299Error
            The time is negative.
        """
        if seconds < 0 or cycles < 0:
            raise Ads1299Error(f"{seconds:g} s and {cycles} cycles to advance: time only runs forward")
        if cycles:
            target = self._cycle + cycles
            self._time_s = float(self._clock.time_s(target))
        else:
            self._time_s += seconds
            target = int(self._clock.cycles(self._time_s) + 1e-6)  # a rounding error is no lost cycle
        return len(self._run(target))

    def advance_to_drdy(self) -> None:
        """Let time pass until DRDY falls.

        Raises
        ------
        Ads1299Error
            Nothing is being converted.
        """
        self.advance(cycles=self._cycles_until(1))

    def capture(self, samples: int) -> NDArray[np.int32]:
        """The next conversions without the bus, as if each had been read in time: int32 [samples, channels].

        Time advances to the last of them; much faster than to advance and read one by one.

        Raises
        ------
        Ads1299Error
            No continuous conversion is in progress, or no sample is asked for.
        """
        if samples < 1 or self._sequencer.single_shot or self._sequencer.finishing:
            raise Ads1299Error(f"{samples} samples to capture: want 1 or more, in continuous conversion")
        unread, target = self.counts.unread_frames, self._cycle + self._cycles_until(samples)
        self._time_s = float(self._clock.time_s(target))
        codes = self._run(target)
        self._sequencer.read()
        self.counts.unread_frames, self._frame_is_new = unread, False
        return codes

    def _cycles_until(self, samples: int) -> int:
        left = self._sequencer.cycles_left(self._cycle, samples)
        if left is None:
            raise Ads1299Error("the chip is not converting: reset it after tPOR, then raise START or send START")
        return left

    def _run(self, cycle: int) -> NDArray[np.int32]:
        """On to this cycle: the codes of the conversions that it completes, the last of which the bus can read."""
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
        """One byte, if the chip is in a state to take it."""
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
        """To the defaults; a chip that has had no power for tPOR stays dead."""
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
        """Let the analog part follow the registers; a new CONFIG1 begins the conversions anew (section 9.4.2)."""
        settings = self.registers.settings()
        if settings.reference_buffer and not self._reference_on:
            self._reference_since = self._cycle
        self._reference_on = settings.reference_buffer
        path = SignalPath(settings, self._inputs, self._part, self._board, self._clock, self._reference_since)
        self._conversion.set_path(self._cycle, path)
        before, self._config1 = self._config1, self.registers.read(Register.CONFIG1)
        if self._sequencer.running and self._config1 != before:
            self._start(self._cycle)

    def _start(self, cycle: int) -> None:
        """Begin converting; single-shot or continuous is decided here (sections 9.4.5 and 9.4.6)."""
        if self._alive and self._reset_pin and not self._standby:
            self._sequencer.start(cycle, self.registers.rate_hz, single_shot=self.registers.single_shot)
