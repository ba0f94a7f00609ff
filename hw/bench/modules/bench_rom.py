"""Bench of the two ROMs, against the program that they contain, field by field."""

from __future__ import annotations

from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, signed, start
from earloop.hw.bench.modules.instances import PROGRAM


class Fields:
    """The fields of a word, the lowest first."""

    def __init__(self, word: int) -> None:
        self._word = word

    def next(self, bits: int) -> int:
        """Remove the lowest `bits` bits from the word, and return them."""
        field = self._word & ((1 << bits) - 1)
        self._word >>= bits
        return field


async def _words(rom: Any, output: str) -> list[int]:
    """Read all words, each one clock after its address."""
    await start(rom, row=0)
    words = []
    for row in range(1, len(PROGRAM.rows) + 1):
        await clock(rom, row=min(row, len(PROGRAM.rows) - 1))
        words.append(rom[output].value.to_unsigned())
    return words


@cocotb.test()
async def control_words_are_the_rows(dut: Any) -> None:
    """The fields are the operand, the address, and the ends of steps."""
    for row, word in zip(PROGRAM.rows, await _words(dut.control_rom_reference, "control"), strict=True):
        fields = Fields(word)
        assert (fields.next(2), fields.next(6)) == (row.age, row.entry)
        assert [fields.next(1) for _ in range(4)] == [row.negative, row.add, row.own, row.take]
        assert (fields.next(2), fields.next(1), fields.next(1)) == (row.select, row.halt, row.turn)


@cocotb.test()
async def product_words_are_the_rows(dut: Any) -> None:
    """The fields are a row's coefficient, addend, place, shift of the low part, and start of a sum."""
    for row, word in zip(PROGRAM.rows, await _words(dut.product_rom_reference, "product"), strict=True):
        fields = Fields(word)
        assert signed(fields.next(PROGRAM.b_bits), PROGRAM.b_bits) == row.b
        assert (fields.next(3), fields.next(2)) == (row.addend, row.place)
        assert (fields.next(1), fields.next(1)) == (row.low, row.first)
