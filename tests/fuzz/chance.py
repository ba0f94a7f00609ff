"""What a case is drawn from: its number decides all of it, so that any case can be made again alone.

Hypothesis draws as well, and would shrink what it finds; but it takes 50 ms a case, a hundred times what most readers
take, and its cases cannot be numbered. What is found here is kept whole.
"""

from __future__ import annotations

import math
from random import Random
from struct import pack, unpack

ODD_TEXTS = [
    *(
        "",
        " ",
        "x",
        "0",
        "-1",
        "1",
        "nan",
        "inf",
        "1e9",
        "uV",
        "V",
        "µV",
        "\0",
        "\n",
        "é",
        "\u202e",
        "\U0001f442",
        "\ud800",
    ),
    *("../../x", "/", "a" * 300, "true", "null", "{}", '"', "1_0", "0x10", "9" * 30),
]


class Chance(Random):
    """Draws of one case."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"{name} {number}")
        self.name = f"{name} {number}"
        self._odd_percent = self.choice([0, 1, 1, 4, 10])  # of fields: a case of nothing but oddities gets nowhere

    def oddly(self) -> bool:
        """Whether a field is to be of any text."""
        return self.randrange(100) < self._odd_percent

    def one_in(self, share: int) -> bool:
        """Whether something happens that happens once in so many times."""
        return self.randrange(share) == 0

    def binary(self, least: int, most: int) -> bytes:
        """So many bytes of any value."""
        return self.randbytes(self.randint(least, most))

    def text(self, most: int, highest: int = 0x10FFFF) -> str:
        """Characters up to a code point; mostly of the lowest."""
        limits = [127, 127, 255, 0x3FF, highest]
        return "".join(chr(self.randint(0, min(self.choice(limits), highest))) for _ in range(self.randint(0, most)))

    def odd_text(self) -> str:
        """Text that has been trouble somewhere, a number, or anything."""
        return self.choice([self.choice(ODD_TEXTS), str(self.integer()), str(self.number()), self.text(8)])

    def integer(self) -> int:
        """An integer near a power of two, or a small one."""
        return self.choice([1, -1]) * ((1 << self.randint(0, 70)) + self.randint(-1, 1))

    def number(self) -> float:
        """A float of any bits, or a whole one."""
        found: float = self.choice([unpack("<d", self.randbytes(8))[0], float(self.randint(-9, 9)), math.inf, math.nan])
        return found

    def bits_of(self, value: float) -> bytes:
        """The eight bytes of a float, little-endian."""
        return pack("<d", value)
