"""Hosts of the registers in the benches: an APB requester, and a microcontroller's SPI, bit by bit."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cocotb.triggers import ClockCycles, ReadOnly, RisingEdge, Timer
from numpy.typing import NDArray

STATUS, READ, WRITE, SAMPLES, TOKENS = range(5)  # commands of hw/rtl/host/spi_bridge.v
STILL_CLOCKS = 4  # SCLK is constant so long before the first bit, after the last, and between transactions


class ApbHost:
    """Reads and writes words at `s_apb`; `idle` returns the number of idle cycles after each transfer."""

    def __init__(self, dut: Any, idle: Callable[[], int] = lambda: 0) -> None:
        self._dut, self._idle = dut, idle
        dut.s_apb_psel.value = 0
        dut.s_apb_penable.value = 0

    async def read(self, address: int) -> int:
        """Read the word at a byte address."""
        return await self._transfer(address, None)

    async def write(self, address: int, word: int) -> None:
        """Write a word to a byte address."""
        await self._transfer(address, word)

    async def _transfer(self, address: int, word: int | None) -> int:
        dut = self._dut
        dut.s_apb_psel.value = 1
        dut.s_apb_pwrite.value = word is not None
        dut.s_apb_paddr.value = address
        dut.s_apb_pwdata.value = 0 if word is None else word
        await RisingEdge(dut.clk)
        dut.s_apb_penable.value = 1
        await ReadOnly()
        assert dut.s_apb_pready.value == 1
        assert dut.s_apb_pslverr.value == 0
        found = 0 if word is not None else dut.s_apb_prdata.value.to_unsigned()
        await RisingEdge(dut.clk)
        dut.s_apb_psel.value = 0
        dut.s_apb_penable.value = 0
        await ClockCycles(dut.clk, 1 + self._idle())
        return found


@dataclass(frozen=True, kw_only=True)
class StatusByte:
    """The status byte; `alive` is set where it has the mark of a tokenizer."""

    alive: bool
    enabled: bool
    lost: bool
    ready: bool
    waiting: bool

    @classmethod
    def of(cls, byte: int) -> StatusByte:
        """Decode a status byte."""
        return cls(
            alive=byte >> 4 == 0b1010,
            enabled=bool(byte >> 3 & 1),
            lost=bool(byte >> 2 & 1),
            ready=bool(byte >> 1 & 1),
            waiting=bool(byte & 1),
        )


@dataclass(frozen=True, kw_only=True)
class PacketPart:
    """A packet, or a part of one if a transaction ended within it."""

    continued: bool
    channel: int
    band: int
    words: NDArray[np.int16]


class SpiHost:
    """A microcontroller at the pins of `tokenizer_spi`.

    Parameters
    ----------
    dut : handle of the top module
    clock_ns : period of its clock
    phases : shortest and longest phase of SCLK, in clocks; each phase is drawn at random
    seed : seed of the draws
    """

    def __init__(self, dut: Any, clock_ns: float, phases: tuple[float, float], seed: int) -> None:
        self._dut, self._clock_ns, self._phases = dut, clock_ns, phases
        self._draw = random.Random(seed)
        dut.spi_sclk.value = 0
        dut.spi_cs_n.value = 1
        dut.spi_mosi.value = 0

    async def bits(self, sent: Sequence[int]) -> list[int]:
        """Do a transaction of any number of bits, and return the received bits."""
        dut, found = self._dut, []
        dut.spi_cs_n.value = 0
        await self._clocks(STILL_CLOCKS)
        for bit in sent:
            dut.spi_mosi.value = bit
            await self._phase()
            dut.spi_sclk.value = 1
            found.append(int(dut.spi_miso.value))
            await self._phase()
            dut.spi_sclk.value = 0
        await self._clocks(STILL_CLOCKS)
        dut.spi_cs_n.value = 1
        await self._clocks(STILL_CLOCKS + self._draw.random())
        return found

    async def bytes(self, sent: bytes) -> bytes:
        """Do a transaction of whole bytes, and return the received bytes."""
        found = await self.bits(bits_of(sent))
        return np.packbits(found).tobytes()

    async def status(self) -> StatusByte:
        """Read the status in a transaction without another command."""
        return StatusByte.of((await self.bytes(bytes([STATUS])))[0])

    async def read(self, address: int) -> int:
        """Read the word at a byte address."""
        return (await self.read_words(address, 1))[0]

    async def write(self, address: int, word: int) -> None:
        """Write a word to a byte address."""
        await self.bytes(bytes([WRITE, address]) + word.to_bytes(4, "big"))

    async def read_words(self, address: int, count: int) -> list[int]:
        """Read `count` words from a byte address on."""
        found = (await self.bytes(bytes([READ, address]) + bytes(4 * count)))[2:]
        return [int.from_bytes(found[i : i + 4], "big") for i in range(0, len(found), 4)]

    async def send(self, codes: NDArray[np.int32]) -> None:
        """Send frames of codes, shape [frames, channels], in one transaction."""
        await self.bytes(bytes([SAMPLES]) + code_bytes(codes))

    async def packet(self, words: int) -> PacketPart | None:
        """Read the next packet, or its first `words` words; return None if no packet is ready."""
        found = (await self.bytes(bytes([TOKENS]) + bytes(2 + 2 * words)))[1:]
        assert found[0] & 0x3F == 0
        if not found[0] & 0x80:
            return None
        return PacketPart(
            continued=bool(found[0] & 0x40),
            channel=found[1] >> 4,
            band=found[1] & 15,
            words=np.frombuffer(found[2:], ">i2").astype(np.int16),
        )

    async def _phase(self) -> None:
        await self._clocks(self._draw.uniform(*self._phases))

    async def _clocks(self, count: float) -> None:
        await Timer(round(count * self._clock_ns * 1000), "ps")


def bits_of(data: bytes) -> list[int]:
    """Return the bits of bytes, the most significant bit of each first."""
    return np.unpackbits(np.frombuffer(data, np.uint8)).tolist()


def code_bytes(codes: NDArray[np.int32]) -> bytes:
    """Return codes in the ADS1299's format: three bytes each, the most significant first."""
    return b"".join((int(code) & 0xFFFFFF).to_bytes(3, "big") for code in codes.ravel())
