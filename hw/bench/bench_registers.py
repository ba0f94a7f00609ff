"""Benches of the registers at APB; tests/hw/test_registers.py runs them in the simulator.

The environment variable EARLOOP_BENCH_DESIGN names the design, a JSON file.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.task import bridge, resume
from cocotb.triggers import ClockCycles

from earloop.hw.bench.hosts import ApbHost
from earloop.hw.generated.register_map import REGISTERS
from earloop.hw.registers import CoreSize, Counters, TokenizerRegisters
from earloop.spec.design import parse_design
from earloop.spec.fixed import compile_design
from earloop.spec.generate import packed_token_shifts

FIXED = compile_design(parse_design(json.loads(Path(os.environ["EARLOOP_BENCH_DESIGN"]).read_text(encoding="utf-8"))))
BANDS = len(FIXED.design.bands)
COUNTS = Counters(
    saturated_inputs=0x0102_0304,
    saturated_bands=0xFFFF_FFFF,
    saturated_tokens=0x8000_0000,
    dropped_frames=0x7654_3210,
    lost_frames=0xA5A5_0001,
)
SIZE = CoreSize(len(FIXED.design.channels), BANDS, FIXED.design.tokens.patch)
WORDS = range(0, 256, 4)


async def _start(dut: Any, idle: Any = lambda: 0) -> ApbHost:
    Clock(dut.clk, 10, unit="ns", impl="gpi").start()
    host = ApbHost(dut, idle)
    for name, count in vars(COUNTS).items():
        getattr(dut, name).value = count
    await _reset(dut)
    return host


async def _reset(dut: Any) -> None:
    dut.rst.value = 1
    await ClockCycles(dut.clk, 2)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 1)


def _registers(host: ApbHost) -> TokenizerRegisters:
    return TokenizerRegisters(resume(host.read), resume(host.write))


class RegisterModel:
    """The value that each address should read, from the design and the words written."""

    def __init__(self) -> None:
        digest = bytes.fromhex(FIXED.design.design_hash)
        self.words = dict.fromkeys(WORDS, 0)
        self.words[0x00] = int.from_bytes(b"EARL", "big")
        self.words[0x04] = SIZE.patch << 16 | SIZE.bands << 8 | SIZE.channels
        self.words[0x08] = 1
        self.words[0x0C] = 0xFFFF
        for i, count in enumerate(vars(COUNTS).values()):
            self.words[0x10 + 4 * i] = count
        for i in range(8):
            self.words[0x40 + 4 * i] = int.from_bytes(digest[4 * i : 4 * i + 4], "big")
        for band, shift in enumerate(FIXED.token_shifts):
            self.words[0x80 + 4 * band] = shift
        self.writable = {0x08: 1, 0x0C: 0xFFFF} | {0x80 + 4 * band: 31 for band in range(BANDS)}

    def write(self, address: int, word: int) -> None:
        """Store the writable bits of a word."""
        if address in self.writable:
            self.words[address] = word & self.writable[address]

    def pins(self) -> tuple[int, int, int]:
        """Return the values of the core's inputs: enable, band mask and token shifts."""
        shifts = [self.words[0x80 + 4 * band] for band in range(BANDS)]
        return self.words[0x08], self.words[0x0C], packed_token_shifts(shifts)


def _pins(dut: Any) -> tuple[int, int, int]:
    return int(dut.enable.value), int(dut.band_mask.value), int(dut.token_shifts.value)


@cocotb.test()
async def every_address_reads_after_reset_what_the_design_says(dut: Any) -> None:
    """All words and pins equal the model's after a reset."""
    host = await _start(dut)
    assert {address: await host.read(address) for address in WORDS} == RegisterModel().words
    assert _pins(dut) == RegisterModel().pins()


@cocotb.test()
async def the_map_and_the_verilog_agree_by_name(dut: Any) -> None:
    """The public class of the registers reads and writes every field."""
    registers = _registers(await _start(dut))

    def check_all() -> None:
        registers.check(FIXED.design)
        assert registers.size() == SIZE
        assert registers.enabled()
        assert registers.band_mask() == 0xFFFF
        assert registers.counters() == COUNTS
        assert registers.token_shifts() == FIXED.token_shifts
        registers.enable(False)
        registers.set_band_mask(0x0A5F)
        registers.set_token_shifts([(7 * band + 3) % 32 for band in range(BANDS)])
        assert not registers.enabled()
        assert registers.band_mask() == 0x0A5F
        assert registers.token_shifts() == tuple((7 * band + 3) % 32 for band in range(BANDS))

    await bridge(check_all)()


@cocotb.test()
async def each_bit_is_written_alone(dut: Any) -> None:
    """A single one, then a single zero, is written to each bit of each word; the pins show all writable bits."""
    host, model = await _start(dut), RegisterModel()
    for address in WORDS:
        for word in [1 << bit for bit in range(32)] + [~(1 << bit) & 0xFFFF_FFFF for bit in range(32)]:
            await host.write(address, word)
            model.write(address, word)
            assert _pins(dut) == model.pins()
    assert {address: await host.read(address) for address in WORDS} == model.words


@cocotb.test()
async def random_transfers_follow_the_model(dut: Any) -> None:
    """Transfers are at any byte of a word, with idle cycles or without."""
    draw = random.Random(cocotb.RANDOM_SEED)
    host, model = await _start(dut, lambda: draw.choice((0, 0, 1, 5))), RegisterModel()
    for _ in range(1000):
        address = draw.randrange(256)
        if draw.random() < 0.5:
            word = draw.getrandbits(32)
            await host.write(address, word)
            model.write(address & ~3, word)
        else:
            assert await host.read(address) == model.words[address & ~3]
        assert _pins(dut) == model.pins()


@cocotb.test()
async def nothing_is_written_but_in_an_access_phase(dut: Any) -> None:
    """Other combinations of select, enable and write leave the mask as it is."""
    await _start(dut)
    dut.s_apb_paddr.value = REGISTERS["band_mask"][0]
    dut.s_apb_pwdata.value = 0
    for select, enable, write in ((1, 0, 1), (0, 1, 1), (0, 0, 1), (1, 1, 0)):
        dut.s_apb_psel.value = select
        dut.s_apb_penable.value = enable
        dut.s_apb_pwrite.value = write
        await ClockCycles(dut.clk, 2)
        assert dut.band_mask.value == 0xFFFF


@cocotb.test()
async def reset_restores_the_designs_values(dut: Any) -> None:
    """After writes to all addresses, a reset gives the model's values again."""
    host = await _start(dut)
    for address in WORDS:
        await host.write(address, 0x1234_5670)
    assert _pins(dut) != RegisterModel().pins()
    await _reset(dut)
    assert {address: await host.read(address) for address in WORDS} == RegisterModel().words
