"""Bench of the multiplier and its accumulator, against sums of Python's integers."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, edges, signed, start
from earloop.hw.bench.modules.instances import instances_of

MACS = instances_of("mac")
LATENCY = 3


@dataclass(frozen=True)
class Product:
    """The inputs of one clock."""

    a: int
    b: int
    c: int
    place: int
    low: int
    first: int


async def _compare(mac: Any, name: str, products: list[Product]) -> None:
    """Send one product in each clock, and compare the sum after each, modulo the accumulator's width."""
    place_bits, split = MACS[name]["PLACE_BITS"], MACS[name]["SPLIT"]
    await start(mac, a=0, b=0, c=0, place=0, low=0, first=1)
    wanted, total = [], 0
    for product in products:
        value = (product.a * product.b + product.c) << place_bits * product.place
        total = (value >> split if product.low else value) + (0 if product.first else total)
        wanted.append(signed(total, len(mac.acc)))
    idle = Product(0, 0, 0, 0, 0, 0)
    for i, product in enumerate([*products, *[idle] * LATENCY]):
        await clock(mac, **vars(product))
        if i >= LATENCY:
            assert mac.acc.value.to_signed() == wanted[i - LATENCY], products[i - LATENCY]


@cocotb.test()
@cocotb.parametrize(name=list(MACS))
async def products_of_the_ends_of_the_range(dut: Any, name: str) -> None:
    """Every pair of edge values is multiplied, in each place, with and without the shift of the low part."""
    mac, places = dut[name], MACS[name]["PLACES"]
    ends = itertools.product(*(edges(len(port)) for port in (mac.a, mac.b)), range(places), (0, 1))
    addends = itertools.cycle(edges(len(mac.c)))
    await _compare(mac, name, [Product(a, b, next(addends), place, low, 1) for a, b, place, low in ends])


@cocotb.test()
@cocotb.parametrize(name=list(MACS))
async def random_sums(dut: Any, name: str) -> None:
    """Sums of one to thirty products follow one another."""
    mac, places, draw = dut[name], MACS[name]["PLACES"], random.Random(1)
    products = []
    for _ in range(150):
        for i in range(draw.randrange(1, 30)):
            a, b, c = (signed(draw.getrandbits(64), draw.randrange(1, len(port) + 1)) for port in (mac.a, mac.b, mac.c))
            products.append(Product(a, b, c, draw.randrange(places), draw.randrange(2), int(i == 0)))
    await _compare(mac, name, products)


@cocotb.test()
async def products_of_nothing_leave_the_sum(dut: Any) -> None:
    """With b and c of zero, no value of a changes the sum."""
    start_of_sum = Product(-(2**24), 2**30 - 1, -5, 1, 0, 1)
    nothing = [Product(a, 0, 0, place, low, 0) for a in edges(25) for place in (0, 1) for low in (0, 1)]
    await _compare(dut.mac_reference, "mac_reference", [start_of_sum, *nothing])
