"""The serial interface: bytes in, bytes out (SBAS499C, sections 9.4.4 and 9.5).

Every SCLK byte shifts DIN into the decoder and, at the same time, the output register onto DOUT. The output register
holds a frame of conversion data, or the registers that RREG asked for, and 00h once it is empty. Where the datasheet is
silent the model takes the stricter side, so that a driver which works here works on silicon:

- CS high forgets a half-sent RREG or WREG and whatever of the output register has not been shifted out.
- After the last bit of a frame comes what DAISY_IN has carried since the first one, or the frame again with DAISY_EN 1,
  multiple readback. DAISY_IN is latched by the SCLK edge at which the chip down the chain shifts its first bit out, so
  that one bit that means nothing, 0 here, stands between the two frames: SCLK 217 of 8 channels (figure 41 of
  SBAS499A, figure 46 of SBAS459I).
- In RDATAC each new conversion replaces the output register at once. A read that it interrupts goes on with the new
  frame's first byte, and is counted in `torn_reads`. After RDATA it waits for the next RDATA: nothing tears.
- In RDATAC, RREG and WREG are swallowed with their operands; RDATA does nothing.
- Each byte of RREG and WREG takes 4 tCLK from its end to be decoded (section 9.5.3), and so do RDATAC, SDATAC and
  WAKEUP. A byte that ends before is lost to the decoder, as if DIN had not moved, and is counted in `rushed_bytes`: a
  count that is lost is still awaited, a register's value that is lost is not written. What RREG asked for is not on
  DOUT before it is decoded: a byte shifted out too early is 00h. Checked only where the time of the bytes is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from earloop.sim.ads1299.registers import Registers


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
DECODE_CYCLES = 4  # tSDECODE, section 9.5.3
_DECODED = frozenset({Opcode.RDATAC, Opcode.SDATAC, Opcode.WAKEUP})  # section 9.5.3: the next must wait as long


@dataclass
class Counts:
    """What a correct driver leaves at zero.

    Parameters
    ----------
    unknown_opcodes : bytes in a command's place that are none
    ignored_commands : RREG, WREG or RDATA in RDATAC; anything but WAKEUP in standby; anything before the chip is ready
    torn_reads : reads in RDATAC that a new conversion interrupted
    unread_frames : conversions replaced by the next before their first SCLK
    rushed_bytes : bytes lost because the one before them was still being decoded
    """

    unknown_opcodes: int = 0
    ignored_commands: int = 0
    torn_reads: int = 0
    unread_frames: int = 0
    rushed_bytes: int = 0


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
        self._decoded_at = -math.inf
        self.deselect()

    def deselect(self) -> None:
        """CS goes high."""
        self._out, self._daisy = b"", bytearray()
        self._register: Opcode | None = None  # RREG or WREG, while its count or its data are awaited
        self._address = 0
        self._awaited = -1  # registers that WREG has yet to write; -1 before the count has come
        self._swallow = False

    def load(self, frame: bytes) -> None:
        """Put conversion data into the output register."""
        if 0 < self._place < len(self._out):
            self._counts.torn_reads += 1
        self._out, self._place, self._repeats, self._daisy = frame, 0, True, bytearray()

    def decode(self, cycle: float | None) -> None:
        """From this cycle on, if it is known, a byte is being decoded."""
        if cycle is not None:
            self._decoded_at = cycle + DECODE_CYCLES

    def exchange(self, mosi: int, daisy_in: int = 0, cycle: float | None = None) -> int:
        """Eight SCLKs.

        Parameters
        ----------
        mosi, daisy_in : bytes on DIN and DAISY_IN
        cycle : at which the last SCLK ends; None where the bytes' time is not to be checked
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
        """A byte of what DAISY_IN has carried, one bit late."""
        before = self._daisy[place - 1] if place else 0
        return (before & 1) << 7 | self._daisy[place] >> 1

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
