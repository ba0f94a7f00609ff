"""The two ROMs against the program that they were written from, field by field."""

from __future__ import annotations

from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, signed, start
from earloop.hw.bench.modules.instances import PROGRAM


class Fields:
    """Takes fields off a word, the lowest first."""

    def __init__(self, word: int) -> None:
        self._word = word

    def take(self, bits: int) -> int:
        field = self._word & ((1 << bits) - 1)
        self._word >>= bits
        return field


async def _words(rom: Any, output: str) -> list[int]:
    """All words, each a clock after its address."""
    await start(rom, row=0)
    words = []
    for row in range(1, len(PROGRAM.rows) + 1):
        await clock(rom, row=min(row, len(PROGRAM.rows) - 1))
        words.append(rom[output].value.to_unsigned())
    return words


@cocotb.test()
async def control_words_are_the_rows(dut: Any) -> None:
    """Operand, address, and the ends of steps."""
    for row, word in zip(PROGRAM.rows, await _words(dut.control_rom_reference, "control"), strict=True):
        fields = Fields(word)
        assert (fields.take(2), fields.take(6)) == (row.age, row.entry)
        assert [fields.take(1) for _ in range(4)] == [row.negative, row.add, row.own, row.take]
        assert (fields.take(2), fields.take(1), fields.take(1)) == (row.select, row.halt, row.turn)


@cocotb.test()
async def product_words_are_the_rows(dut: Any) -> None:
    """What a row multiplies by, adds, and does with the product."""
    for row, word in zip(PROGRAM.rows, await _words(dut.product_rom_reference, "product"), strict=True):
        fields = Fields(word)
        assert signed(fields.take(PROGRAM.b_bits), PROGRAM.b_bits) == row.b
        assert (fields.take(3), fields.take(2)) == (row.addend, row.place)
        assert (fields.take(1), fields.take(1)) == (row.low, row.first)
