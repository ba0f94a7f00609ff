"""The serial interface (SBAS499C, sections 9.4.4 and 9.5).

Every SCLK byte shifts DIN into the decoder and, at the same time, the output register onto DOUT. The output register
holds a frame of conversion data or the registers that RREG reads, and 00h when it is empty. Where the datasheet does
not specify the behaviour, the model is the stricter one, so that a driver that works here works with the real chip:

- CS high cancels an incomplete RREG or WREG, and drops the rest of the output register.
- After the last bit of a frame DOUT repeats the bits of DAISY_IN since the first SCLK or, with DAISY_EN 1 (multiple
  readback), the frame. DAISY_IN is latched by the SCLK edge at which the next chip in the chain shifts its first bit
  out. Therefore one bit without meaning, 0 here, is between the two frames: SCLK 217 of 8 channels (figure 41 of
  SBAS499A, figure 46 of SBAS459I).
- In RDATAC each new conversion replaces the output register at once. A read in progress continues with the new frame's
  first byte, and counts in `torn_reads`. After RDATA a new conversion waits for the next RDATA, so no read is torn.
- In RDATAC the chip ignores RREG and WREG with their operands, and RDATA.
- Each byte of RREG and WREG takes 4 tCLK from its end to be decoded (section 9.5.3), as do RDATAC, SDATAC and WAKEUP.
  A byte that ends earlier does not reach the decoder, as if DIN had not changed, and counts in `rushed_bytes`. If that
  byte is a count, the decoder still waits for the count; if it is a register's value, it is not written. The values
  that RREG reads are on DOUT only after the decoding: a byte shifted out too early is 00h. The model checks this only
  if the time of the bytes is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from earloop.sim.ads1299.registers import Registers


class Opcode(IntEnum):
    """First bytes of commands (table 10); the low five bits of RREG and WREG are the address."""

    NOP = 0x00  # no command: a clock for output
    WAKEUP = 0x02  # leave standby
    STANDBY = 0x04  # stop the converter, keep the registers
    RESET = 0x06  # set all registers to their reset values
    START = 0x08  # begin conversions
    STOP = 0x0A  # end conversions
    RDATAC = 0x10  # send every conversion without a command
    SDATAC = 0x11  # end that mode; registers can be read and written
    RDATA = 0x12  # send one conversion
    RREG = 0x20  # read registers
    WREG = 0x40  # write registers


OPCODES = frozenset(Opcode)
DECODE_CYCLES = 4  # tSDECODE, section 9.5.3
_DECODED = frozenset({Opcode.RDATAC, Opcode.SDATAC, Opcode.WAKEUP})  # section 9.5.3: the same time


@dataclass(kw_only=True)
class DriverErrors:
    """Counts of a driver's mistakes, which are all 0 with a correct driver.

    Parameters
    ----------
    unknown_opcodes : bytes at the place of a command that are no opcode
    ignored_commands : RREG, WREG or RDATA in RDATAC; anything but WAKEUP in standby; anything before the chip is ready
    torn_reads : reads in RDATAC that a new conversion interrupted
    unread_frames : conversions that the next one replaced before their first SCLK
    rushed_bytes : bytes lost because the chip was still decoding the byte before
    """

    unknown_opcodes: int = 0
    ignored_commands: int = 0
    torn_reads: int = 0
    unread_frames: int = 0
    rushed_bytes: int = 0


class SerialPort:
    """The decoder and the output register.

    Parameters
    ----------
    registers : RREG reads and WREG writes them
    command : called with each system command and with RDATA
    written : called once after each register that WREG wrote
    counts : counts of the driver's mistakes
    """

    def __init__(
        self,
        registers: Registers,
        command: Callable[[Opcode], None],
        written: Callable[[], None],
        counts: DriverErrors,
    ) -> None:
        self._registers, self._command, self._written, self._counts = registers, command, written, counts
        self.reset()

    def reset(self) -> None:
        """Return to the state after a reset: RDATAC, with an empty output register."""
        self.continuous = True
        self._out, self._place, self._repeats = b"", 0, False
        self._decoded_at = -math.inf
        self.deselect()

    def deselect(self) -> None:
        """Cancel the command and empty the output register, as a rise of CS does."""
        self._out, self._daisy = b"", bytearray()
        self._register: Opcode | None = None  # RREG or WREG, while the port waits for its count or its data
        self._address = 0
        self._awaited = -1  # registers that WREG has still to write; -1 before the count
        self._swallow = False  # whether the command is ignored

    def load(self, frame: bytes) -> None:
        """Put conversion data into the output register."""
        if 0 < self._place < len(self._out):
            self._counts.torn_reads += 1
        self._out, self._place, self._repeats, self._daisy = frame, 0, True, bytearray()

    def decode(self, cycle: float | None) -> None:
        """Start the decoding time of a byte that ended at `cycle`; None if the time is unknown."""
        if cycle is not None:
            self._decoded_at = cycle + DECODE_CYCLES

    def exchange(self, mosi: int, daisy_in: int = 0, cycle: float | None = None) -> int:
        """Exchange one byte in eight SCLKs; returns the byte on DOUT.

        Parameters
        ----------
        mosi, daisy_in : bytes on DIN and DAISY_IN
        cycle : the cycle at which the last SCLK ends; None to skip the check of the bytes' time
        """
        rushed = cycle is not None and cycle < self._decoded_at
        miso = 0 if rushed and not self._repeats else self._shift_out(daisy_in)
        if rushed:
            self._counts.rushed_bytes += 1
            return miso
        if self._register is not None or mosi in _DECODED or mosi & 0xE0 in (Opcode.RREG, Opcode.WREG):
            self.decode(cycle)
        if self._register is not None:
            self._operand(mosi)
        elif mosi & 0xE0 in (Opcode.RREG, Opcode.WREG):
            self._register, self._address = Opcode(mosi & 0xE0), mosi & 0x1F
            self._awaited, self._swallow = -1, self.continuous
            self._counts.ignored_commands += self.continuous
        elif mosi not in OPCODES:
            self._counts.unknown_opcodes += 1
        elif mosi in (Opcode.RDATAC, Opcode.SDATAC):
            self.continuous = mosi == Opcode.RDATAC
            self._out = b""
        elif mosi == Opcode.RDATA and self.continuous:
            self._counts.ignored_commands += 1
        elif mosi != Opcode.NOP:
            self._command(Opcode(mosi))
        return miso

    def _shift_out(self, daisy_in: int) -> int:
        length = len(self._out)
        if not length or (self._place >= length and not self._repeats):
            return 0
        self._daisy.append(daisy_in)
        place, self._place = self._place, self._place + 1
        if place < length:
            return self._out[place]
        return self._out[place % length] if self._registers.multiple_readback else self._from_daisy(place - length)

    def _from_daisy(self, place: int) -> int:
        """Return a byte of the past bits of DAISY_IN, one bit late."""
        before = self._daisy[place - 1] if place else 0
        return (before & 1) << 7 | self._daisy[place] >> 1

    def _operand(self, mosi: int) -> None:
        """Process the second byte of RREG or WREG, or a byte to write."""
        if self._awaited < 0:
            self._awaited = (mosi & 0x1F) + 1
            if self._register == Opcode.RREG:
                addresses = range(self._address, self._address + self._awaited)
                if not self._swallow:
                    self._out, self._place, self._repeats = bytes(map(self._registers.read, addresses)), 0, False
                self._register = None
            return
        if not self._swallow:
            self._registers.write(self._address, mosi)
            self._written()
        self._address += 1
        self._awaited -= 1
        if not self._awaited:
            self._register = None
