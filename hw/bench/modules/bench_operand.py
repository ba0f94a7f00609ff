"""Bench of the operand register, against sums of Python's integers; each part follows two clocks after its word."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, edges, signed, start
from earloop.hw.bench.modules.instances import instances_of

OPERANDS = instances_of("operand")
STATE_BITS, CODE_BITS = 32, 24
CODES, LOW, HIGH, ERRORS = range(4)


@dataclass(frozen=True)
class Take:
    """A word, and its use."""

    y: int
    e: int
    own: bool
    add: bool = False
    negative: bool = False


async def _compare(operand: Any, name: str, takes: Iterable[Take | None], draw: random.Random) -> None:
    """Send the words, where None is a clock without one, and select a random part in each clock."""
    error_bits, split = OPERANDS[name]["ERROR_BITS"], OPERANDS[name]["SPLIT"]
    await start(operand, word=0, take=0, own=0, add=0, negative=0, select=CODES, codes=0)
    value = before = errors = wanted = None
    for take in takes:
        known = [CODES, *([LOW] if value is not None else []), *([ERRORS] if errors is not None else [])]
        select = draw.choice([*known, *([HIGH] if before is not None else [])])
        codes = draw.choice(edges(CODE_BITS + 1))
        word = dict.fromkeys(("take", "own", "add", "negative"), 0)
        word["word"] = draw.getrandbits(STATE_BITS + error_bits)
        if take:
            word = {"take": 1, "own": take.own, "add": take.add, "negative": take.negative}
            word["word"] = signed(take.y, STATE_BITS) << error_bits | take.e
        await clock(operand, **word, select=select, codes=codes)
        if wanted is not None:
            assert operand.a.value.to_signed() == wanted
        parts = {CODES: codes, ERRORS: errors}
        if value is not None:
            parts[LOW] = value & ((1 << split) - 1)
        if before is not None:
            parts[HIGH] = before >> split
        wanted = parts[select]
        before = value
        if take:
            sign = -1 if take.negative else 1
            value = sign * take.y + (value if take.add and value is not None else 0)
            if take.own:
                errors = sign * take.e + (errors if take.add and errors is not None else 0)


def _sums(y: list[int], e: list[int], own: bool) -> list[Take]:
    """Return the words of x - 2 x1 + x2 and of the errors' sum."""
    return [
        Take(y[0], e[0], own),
        Take(y[1], e[1], own, add=True, negative=True),
        Take(y[1], e[1], own, add=True, negative=True),
        Take(y[2], e[2], own, add=True),
    ]


@cocotb.test()
@cocotb.parametrize(name=list(OPERANDS))
async def the_largest_sums_fit(dut: Any, name: str) -> None:
    """The sums are x - 2 x1 + x2 of edge values, and 2 y1 + y2 with the largest errors."""
    draw, error_bits = random.Random(1), OPERANDS[name]["ERROR_BITS"]
    errors = [0, 1, (1 << error_bits) - 1]
    takes: list[Take | None] = [Take(0, 0, own=True)]
    for y in itertools.product(edges(STATE_BITS)[::5], repeat=3):
        takes += [*_sums(list(y), [draw.choice(errors) for _ in y], own=True), None]
    for y1, y2, e1, e2 in itertools.product((-(2**31), 2**31 - 1), (-(2**31), 2**31 - 1), errors, errors):
        takes += [Take(y1, e1, own=True), Take(y2, e2, own=True, add=True), Take(y1, e1, own=True, add=True)]
    await _compare(dut[name], name, takes, draw)


@cocotb.test()
@cocotb.parametrize(name=list(OPERANDS))
async def random_sums_with_pauses(dut: Any, name: str) -> None:
    """Loads and sums are those of sections, some without errors, with random pauses."""
    draw, error_bits = random.Random(2), OPERANDS[name]["ERROR_BITS"]
    takes: list[Take | None] = [Take(0, 0, own=True)]
    for _ in range(400):
        y = [signed(draw.getrandbits(32), draw.randrange(2, 33)) for _ in range(3)]
        e = [draw.getrandbits(error_bits) for _ in range(3)]
        for take in _sums(y, e, own=draw.randrange(2) > 0)[: draw.randrange(1, 5)]:
            takes += [take, *[None] * draw.choice([0, 0, 0, 1, 3])]
    await _compare(dut[name], name, takes, draw)
