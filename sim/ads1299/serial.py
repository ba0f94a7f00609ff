"""The serial interface: bytes in, bytes out (SBAS499C, sections 9.4.4 and 9.5).

Every SCLK byte shifts DIN into the decoder and, at the same time, the output register onto DOUT. The output register
holds a frame of conversion data, or the registers that RREG asked for, and 00h once it is empty. Where the datasheet is
silent the model takes the stricter side, so that a driver which works here works on silicon:

- CS high forgets a half-sent RREG or WREG and whatever of the output register has not been shifted out.
- A frame read to its end gives 00h (DAISY_IN is low), or itself again with DAISY_EN 1, multiple readback.
- In RDATAC each new conversion replaces the output register at once. A read that it interrupts goes on with the new
  frame's first byte, and is counted in `torn_reads`. After RDATA it waits for the next RDATA: nothing tears.
- In RDATAC, RREG and WREG are swallowed with their operands; RDATA does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from sim.ads1299.registers import Registers


class Opcode(IntEnum):
    """First bytes of commands (table 10); RREG and WREG carry the address in their low five bits."""

    NOP = 0x00
    WAKEUP = 0x02
    STANDBY = 0x04
    RESET = 0x06
    START = 0x08
    STOP = 0x0A
    RDATAC = 0x10
    SDATAC = 0x11
    RDATA = 0x12
    RREG = 0x20
    WREG = 0x40


OPCODES = frozenset(Opcode)


@dataclass
class Counts:
    """What a correct driver leaves at zero.

    Parameters
    ----------
    unknown_opcodes : bytes in a command's place that are none
    ignored_commands : RREG, WREG or RDATA in RDATAC; anything but WAKEUP in standby; anything before the chip is ready
    torn_reads : reads in RDATAC that a new conversion interrupted
    unread_frames : conversions replaced by the next before their first SCLK
    """

    unknown_opcodes: int = 0
    ignored_commands: int = 0
    torn_reads: int = 0
    unread_frames: int = 0


class SerialPort:
    """Decoder and output register.

    Parameters
    ----------
    registers : read by RREG, written by WREG
    command : called with each system command and with RDATA
    written : called once after each register that WREG wrote
    counts : where mistakes are counted
    """

    def __init__(
        self,
        registers: Registers,
        command: Callable[[Opcode], None],
        written: Callable[[], None],
        counts: Counts,
    ) -> None:
        self._registers, self._command, self._written, self._counts = registers, command, written, counts
        self.reset()

    def reset(self) -> None:
        """As after a reset: reading continuously, with nothing to read."""
        self.continuous = True
        self._out, self._place, self._repeats = b"", 0, False
        self.deselect()

    def deselect(self) -> None:
        """CS goes high."""
        self._out = b""
        self._register: Opcode | None = None  # RREG or WREG, while its count or its data are awaited
        self._address = 0
        self._awaited = -1  # registers that WREG has yet to write; -1 before the count has come
        self._swallow = False

    def load(self, frame: bytes) -> None:
        """Put conversion data into the output register."""
        if 0 < self._place < len(self._out):
            self._counts.torn_reads += 1
        self._out, self._place, self._repeats = frame, 0, True

    def exchange(self, mosi: int) -> int:
        """Eight SCLKs."""
        miso = self._shift_out()
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

    def _shift_out(self) -> int:
        if self._place >= len(self._out):
            if not (self._out and self._repeats and self._registers.multiple_readback):
                return 0
            self._place = 0
        self._place += 1
        return self._out[self._place - 1]

    def _operand(self, mosi: int) -> None:
        """The second byte of RREG or WREG, or data to write."""
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
