"""Benches of the tokenizer with its SPI device; tests/hw/test_spi.py runs them in the simulator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.task import bridge
from cocotb.triggers import ClockCycles

from earloop.hw.bench.hosts import READ, SAMPLES, STATUS, TOKENS, WRITE, StatusByte, bits_of, code_bytes
from earloop.hw.bench.spi_tb import (
    BANDS,
    CHANNELS,
    DESIGN,
    FIXED,
    PATCH,
    PATCH_FRAMES,
    SHORTEST,
    TICK_CLOCKS,
    SpiTB,
    golden_packets,
    random_codes,
)
from earloop.hw.generated.register_map import REGISTERS
from earloop.hw.registers import Counters
from earloop.spec.design import parse_design
from earloop.spec.errors import EarloopError
from earloop.spec.golden import GoldenTokenizer

PHASES = {"shortest": SHORTEST, "uneven": (4.0, 7.5), "slow": (19.0, 19.7)}  # of SCLK, in clocks
SHIFT, MASK = REGISTERS["token_shift"][0], REGISTERS["band_mask"][0]
TIMEOUT_MS = 100


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
@cocotb.parametrize(speed=list(PHASES))
async def the_core_identifies_itself(dut: Any, speed: str) -> None:
    """Identity, design hash, sizes and status are right, and another design is refused."""
    bench = await SpiTB.start(dut, PHASES[speed])
    await bridge(bench.registers.check)(DESIGN)
    size = await bridge(bench.registers.size)()
    assert (size.channels, size.bands, size.patch) == (CHANNELS, BANDS, PATCH)
    assert await bench.spi.status() == StatusByte(alive=True, enabled=True, lost=False, ready=True, waiting=False)
    other = parse_design(DESIGN.model_dump() | {"name": "another"})
    with pytest.raises(EarloopError, match=DESIGN.design_hash[:12]):
        await bridge(bench.registers.check)(other)


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
@cocotb.parametrize(speed=list(PHASES))
async def codes_come_out_as_golden_tokens(dut: Any, speed: str) -> None:
    """Packets and counters equal the golden model's, for each speed of SCLK."""
    bench = await SpiTB.start(dut, PHASES[speed])
    codes = random_codes(3.4 if speed != "slow" else 1.2)
    await bench.stream(codes)
    await bench.expect(*golden_packets(codes))
    golden = GoldenTokenizer(FIXED)
    golden.push(codes)
    assert await bench.counters() == Counters(
        saturated_inputs=golden.saturated_inputs,
        saturated_bands=int(golden.saturated_bands.sum()),
        saturated_tokens=int(golden.saturated_tokens.sum()),
        dropped_frames=0,
        lost_frames=0,
    )


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def many_frames_go_in_one_transaction(dut: Any) -> None:
    """All frames of a patch are sent in one transaction."""
    bench = await SpiTB.start(dut)
    codes = random_codes(1)
    assert len(codes) > 1
    await bench.spi.send(codes)
    await bench.expect(*golden_packets(codes))


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def words_are_read_and_written_in_a_row(dut: Any) -> None:
    """The address increases by a word, and wraps after the last."""
    bench = await SpiTB.start(dut)
    shifts = [(5 * band + 2) % 32 for band in range(BANDS)]
    await bench.spi.bytes(bytes([WRITE, SHIFT]) + b"".join(shift.to_bytes(4, "big") for shift in shifts))
    single = [await bench.spi.read(4 * i) for i in range(64)]
    assert single[SHIFT // 4 : SHIFT // 4 + BANDS] == shifts
    assert await bench.spi.read_words(0, 66) == single + single[:2]
    assert await bench.spi.read_words(MASK, 3) == single[MASK // 4 : MASK // 4 + 3]


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def the_band_mask_is_changed_as_it_runs(dut: Any) -> None:
    """Each patch has the bands of the mask that was written before it was complete."""
    bench = await SpiTB.start(dut)
    codes, masks = random_codes(4.5), (0xFFFF, 1 << BANDS - 1, 0, 0b101)
    wanted = golden_packets(codes)
    for patch, mask in enumerate(masks):
        await bridge(bench.registers.set_band_mask)(mask)
        await bench.stream(codes[patch * PATCH_FRAMES : (patch + 1) * PATCH_FRAMES])
        await ClockCycles(dut.clk, TICK_CLOCKS)  # the patch's last tick
    await bench.stream(codes[len(masks) * PATCH_FRAMES :])
    patches = [wanted[i : i + CHANNELS * BANDS] for i in range(0, len(wanted), CHANNELS * BANDS)]
    await bench.expect(
        *(packet for mask, patch in zip(masks, patches, strict=True) for packet in patch if mask >> packet[1] & 1)
    )


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def token_shifts_are_changed_while_the_core_is_halted(dut: Any) -> None:
    """The tokens equal those of the golden model with the same shifts."""
    bench = await SpiTB.start(dut)
    shifts = tuple(max(0, shift - 3 + band) for band, shift in enumerate(FIXED.token_shifts))
    assert shifts != FIXED.token_shifts
    await bridge(bench.registers.enable)(False)
    await bridge(bench.registers.set_token_shifts)(shifts)
    await bridge(bench.registers.enable)(True)
    codes = random_codes(1.5)
    await bench.stream(codes)
    await bench.expect(*golden_packets(codes, fixed=replace(FIXED, token_shifts=shifts)))


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def frames_beyond_the_fifo_are_lost_whole_and_counted(dut: Any) -> None:
    """If no packet is read, the core stops and the FIFO fills; the accepted frames give the tokens that they should."""
    bench = await SpiTB.start(dut)
    codes = random_codes(6)
    accepted = 0
    while dut.ready.value:
        await bench.spi.send(codes[accepted : accepted + 1])
        accepted += 1
        await ClockCycles(dut.clk, TICK_CLOCKS)
    assert not (await bench.spi.status()).ready
    assert not (await bench.spi.status()).lost
    await bench.spi.send(codes[accepted : accepted + 3])
    await bench.spi.send(codes[accepted + 3 : accepted + 4])
    assert (await bench.spi.status()).lost
    assert (await bench.counters()).lost_frames == 4
    rest = random_codes(1.3, seed=1)
    await bench.stream(rest)
    await bench.expect(*golden_packets(np.concatenate([codes[:accepted], rest])))
    assert (await bench.counters()).lost_frames == 4


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_frame_cut_short_is_lost_whole_and_counted(dut: Any) -> None:
    """A transaction may end after any bit; no frame is lost at the end of one, or before its first whole byte."""
    bench = await SpiTB.start(dut)
    frame_bits, lost = 24 * CHANNELS, 0
    cuts = [0, 3, 8, 23, 24, 31, frame_bits - 1, frame_bits, frame_bits + 8, 2 * frame_bits - 1]
    sent = []
    for seed, cut in enumerate(cuts):
        frames = random_codes(1, seed)[:2]
        await bench.spi.bits(bits_of(bytes([SAMPLES]) + code_bytes(frames))[: 8 + cut])
        whole = cut // frame_bits
        sent.append(frames[:whole])
        lost += cut % frame_bits >= 8
    rest = random_codes(1.2, seed=len(cuts))
    await bench.stream(rest)
    await bench.expect(*golden_packets(np.concatenate([*sent, rest])))
    assert (await bench.counters()).lost_frames == lost
    assert lost == 7


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_register_is_written_when_its_last_bit_has_arrived(dut: Any) -> None:
    """Shorter transactions leave the register as it is, and extra bits do not change it."""
    bench = await SpiTB.start(dut)
    word = bits_of(bytes([WRITE, MASK]) + (0x0005).to_bytes(4, "big"))
    for cut in (1, 8, 12, 16, 24, 40, 47):
        await bench.spi.bits(word[:cut])
        assert await bench.spi.read(MASK) == 0xFFFF
    await bench.spi.bits(word)
    assert await bench.spi.read(MASK) == 0x0005
    await bench.spi.bits(word + bits_of((0x1234).to_bytes(4, "big"))[:31])
    assert await bench.spi.read(MASK) == 0x0005


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_packet_cut_short_continues_where_it_was_cut(dut: Any) -> None:
    """Within a word, or between two words: no word is lost, and the header marks the rest."""
    bench = await SpiTB.start(dut)
    codes = random_codes(1)
    await bench.spi.send(codes)
    await bench.packet_waits()
    (channel, band, words), *others = golden_packets(codes)
    command = bits_of(bytes([TOKENS]) + bytes(2 + 2 * PATCH))
    received: list[int] = []
    for cut, whole in ((4, 0), (8, 0), (17, 0), (24 + 15, 0), (24 + 16, 1), (24 + 31, 1)):
        found = await bench.spi.bits(command[:cut])
        assert found[8:10] == [1, len(received) > 0][: len(found[8:10])]
        packed = np.packbits(np.array(found[24 : 24 + 16 * whole], np.uint8)).tobytes()
        received += np.frombuffer(packed, ">i2").tolist()
        await ClockCycles(bench.dut.clk, 8)
        assert bench.dut.irq.value == 1
    part = await bench.spi.packet(PATCH - len(received))
    assert part is not None
    assert (part.continued, part.channel, part.band) == (True, channel, band)
    assert received + part.words.tolist() == words
    await bench.expect(*others)


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def the_status_follows_a_packet(dut: Any) -> None:
    """A transaction of any length reads one packet, or none where none is ready."""
    bench = await SpiTB.start(dut)
    assert StatusByte.of((await bench.spi.bytes(bytes([TOKENS, 0, 0, 0])))[3]).alive
    assert await bench.spi.packet(PATCH) is None
    codes = random_codes(1)
    await bench.spi.send(codes)
    await bench.packet_waits()
    found = await bench.spi.bytes(bytes([TOKENS]) + bytes(2 + 2 * PATCH + 3))
    after = [StatusByte.of(byte) for byte in found[3 + 2 * PATCH :]]
    assert len(after) == 3
    assert all(status.alive for status in after)
    assert after[-1].waiting
    await bench.expect(*golden_packets(codes)[1:])


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def other_commands_read_the_status_and_do_nothing(dut: Any) -> None:
    """Registers and tokens are as before."""
    bench = await SpiTB.start(dut)
    words = await bench.spi.read_words(0, 64)
    for command in (STATUS, 5, 0x12, 0x81, 0xFF):
        found = await bench.spi.bytes(bytes([command, MASK, 0, 0, 0, 0, 0x10, 0x20]))
        assert [byte >> 4 for byte in found] == [0b1010] * 8
    assert await bench.spi.read_words(0, 64) == words
    codes = random_codes(1)
    await bench.stream(codes)
    await bench.expect(*golden_packets(codes))


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_reset_within_a_patch_restarts(dut: Any) -> None:
    """The same holds within a transaction: streams and registers are as after the first reset."""
    bench = await SpiTB.start(dut)
    await bridge(bench.registers.set_band_mask)(1)
    await bench.stream(random_codes(1.6))
    for command in ([SAMPLES, 1, 2, 3, 4], [TOKENS, 0, 0, 0], [READ, 0, 0], [WRITE, MASK, 0, 0]):
        sending = cocotb.start_soon(bench.spi.bytes(bytes(command)))
        await ClockCycles(dut.clk, 8 * 8 * (len(command) - 1) + 20)
        await bench.reset()
        await sending
    assert await bench.spi.status() == StatusByte(alive=True, enabled=True, lost=False, ready=True, waiting=False)
    codes = random_codes(1.3, seed=1)
    await bench.stream(codes)
    await bench.expect(*golden_packets(codes))


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_halted_core_takes_nothing_and_restarts(dut: Any) -> None:
    """Its counters read 0; registers keep their values."""
    bench = await SpiTB.start(dut)
    await bridge(bench.registers.set_band_mask)(0b110)
    await bench.spi.send(random_codes(1.6))
    await bench.spi.bytes(bytes([SAMPLES, 1]))  # a frame lost
    await bench.packet_waits()
    await bench.spi.bytes(bytes([TOKENS]) + bytes(2 + 2))  # a packet read in part
    assert (await bench.counters()).lost_frames > 0
    await bridge(bench.registers.enable)(False)
    assert await bench.spi.status() == StatusByte(alive=True, enabled=False, lost=False, ready=False, waiting=False)
    assert (dut.ready.value, dut.irq.value) == (0, 0)
    await bench.spi.send(random_codes(0.2))
    assert await bench.spi.packet(PATCH) is None
    assert await bench.counters() == Counters(
        saturated_inputs=0, saturated_bands=0, saturated_tokens=0, dropped_frames=0, lost_frames=0
    )
    await bridge(bench.registers.enable)(True)
    assert await bench.spi.status() == StatusByte(alive=True, enabled=True, lost=False, ready=True, waiting=False)
    codes = random_codes(1.3, seed=1)
    await bench.stream(codes)
    await bench.expect(*golden_packets(codes, mask=0b110))


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def the_pins_are_the_status_bits(dut: Any) -> None:
    """MISO is driven only while CS is low."""
    bench = await SpiTB.start(dut)
    assert dut.spi_miso_enable.value == 0
    dut.spi_cs_n.value = 0
    await ClockCycles(dut.clk, 1)
    assert dut.spi_miso_enable.value == 1
    dut.spi_cs_n.value = 1
    await ClockCycles(dut.clk, 8)
    codes = random_codes(4)
    for frame in codes:
        pins = bool(dut.ready.value), bool(dut.irq.value)
        status = await bench.spi.status()
        assert (status.ready, status.waiting) == pins
        await bench.spi.send(frame[None])
        await ClockCycles(dut.clk, TICK_CLOCKS)
    assert (dut.ready.value, dut.irq.value) == (0, 1)
