"""The program that the RTL runs once per tick, one row per clock, from the decimator's first tap to the last section.

The RTL has one multiplier, an operand register before it and an accumulator after it. It runs each step of the program
for every channel in turn. The rows of a step add products to the accumulator; the value after the last row is written
to the state memory::

    step        rows        acc, with E = error_bits of fraction, or X if no product is shifted right
    decimate    1 per tap   sum of tap (young + old), and half a step
    notch       9           2 s Y1 - Y2 + b N(x) - d s y1 - g (s y1 - y2)          Y = y 2^E + e
    clean       6           x 2^X + (half - 1 - y) 2^(X - notch_shift)             whose floor is x - round(y)
    sections    9 or 10     like the notch; two per band

Operands of a section have 34 bits; the multiplier takes a low part of W bits and a high part, one row each. Only the
low row's product is cut at the accumulator's last bit, floor((low b) 2^(G q) / 2^W); the high row's, high b 2^(G q),
has no bits below it. So b is the mantissa shifted left by less than G, and q selects the rest of the shift. A value
that is rounded down and then subtracted is -floor(v) = floor(-v - a bit) + 1: b is negative, the low row adds MINUS_ONE
to its product, and the row of errors adds TWO, the + 1 of both d and g. The sign s of a mirrored section is factored
out of its operands, (y1 - s y2) and (2 y1 - s y2), into b.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property

from earloop.spec.delta import Coefficient, DeltaSection
from earloop.spec.fixed import FixedDesign

WIDEST_B = 31  # the width that four 16-bit multipliers can process
LEAST_ROWS = 6  # of a step: its destination must not change until its result is written


class Select(IntEnum):
    """The operand of a row: the sum of two codes, the operand register's low or high part, or the errors."""

    CODES, LOW, HIGH, ERRORS = range(4)


class Addend(IntEnum):
    """The value that a row adds to its product; the halves round the decimated and the notched samples."""

    NONE, MINUS_ONE, TWO, DECIMATED_HALF, NOTCHED_HALF = range(5)


class ResultKind(IntEnum):
    """The kind of a step's result; inner results go only to the state memory."""

    INNER, DECIMATED, NOTCHED, BAND = range(4)


@dataclass(frozen=True)
class ProgramRow:
    """The work of one clock.

    take : the operand register takes the word that is read
    own : the register of errors takes it too
    add, negative : the word is added to the register instead of loaded; it is negated first
    entry, age : the word to read: its entry in the state memory, and the ticks since it was written; in a step's last
        row, the entry to write and the `ResultKind` of the result
    turn, halt : the next row is the last of its step; the last of the program
    first : the accumulator is cleared first
    low : the product is cut at the accumulator's last bit
    """

    select: Select = Select.CODES
    b: int = 0
    place: int = 0
    low: bool = False
    addend: Addend = Addend.NONE
    first: bool = False
    take: bool = False
    own: bool = False
    add: bool = False
    negative: bool = False
    entry: int = 0
    age: int = 0
    turn: bool = False
    halt: bool = False

    def taking(
        self, entry: int, age: int, *, own: bool = False, add: bool = False, negative: bool = False
    ) -> ProgramRow:
        """Return this row with a read of an operand."""
        return replace(self, take=True, entry=entry, age=age, own=own, add=add, negative=negative)


@dataclass(frozen=True)
class ProgramStep:
    """Rows that the RTL runs for one channel, then for the next."""

    name: str
    rows: tuple[ProgramRow, ...]


@dataclass(frozen=True)
class Program:
    """The rows of a design, and the widths that they need.

    Attributes
    ----------
    entries : entries of the state memory: two per band, NOTCHED, and with a notch the notch's and DECIMATED
    split : W, the bits of an operand's low part
    place_bits : G, limited so that b has at most 31 bits
    sample_shift : X, the accumulator's fraction bits for decimated and notched samples
    """

    fixed: FixedDesign
    entries: int = field(init=False)
    split: int = field(init=False)
    place_bits: int = field(init=False)
    sample_shift: int = field(init=False)

    def __post_init__(self) -> None:
        fixed, widths = self.fixed, self.fixed.design.fixed_point
        shifts = [c.shift for section in self._sections for c in (section.b, section.d, section.g)]
        # Operands have two bits more than a state; their high part must not be wider than the sum of two codes.
        least = widths.state_bits + 2 - (fixed.design.converter.bits + 1)
        object.__setattr__(self, "entries", 2 * len(fixed.bands) + (3 if fixed.notch else 1))
        place_bits = min(16, WIDEST_B + 1 - widths.coefficient_bits)
        split = max(*shifts, least)
        # A product with MINUS_ONE must be shifted right to the accumulator's last bit, not left.
        while any((split - c.shift) // place_bits * place_bits > split for s in self._sections for c in (s.d, s.g)):
            split += 1
        object.__setattr__(self, "split", split)
        object.__setattr__(self, "place_bits", place_bits)
        # The middle tap's code is counted twice and its tap halved, which needs one more bit of fraction.
        object.__setattr__(self, "sample_shift", max(fixed.decimated_shift + 1, fixed.notch_shift, widths.error_bits))

    @property
    def _sections(self) -> list[DeltaSection]:
        return [s for pair in self.fixed.bands for s in pair] + ([self.fixed.notch] if self.fixed.notch else [])

    @cached_property
    def steps(self) -> tuple[ProgramStep, ...]:
        """The steps of the whole program; the decimator's tap i is in row i."""
        notched = 2 * len(self.fixed.bands)
        notch, decimated = notched + 1, notched + 2
        if self.fixed.notch:
            steps = [
                self._decimate(decimated),
                self._section("notch", self.fixed.notch, notch, decimated, ResultKind.INNER),
                self._clean(decimated, notch, notched),
            ]
        else:
            steps = [self._decimate(notched)]
        for band, (first, second) in enumerate(self.fixed.bands):
            name = self.fixed.design.bands[band].name
            steps.append(self._section(f"{name}, first section", first, 2 * band, notched, ResultKind.INNER))
            steps.append(self._section(f"{name}, second section", second, 2 * band + 1, 2 * band, ResultKind.BAND))
        *rows, turn, last = steps[-1].rows
        steps[-1] = replace(steps[-1], rows=(*rows, replace(turn, halt=True), last))
        return tuple(steps)

    @cached_property
    def rows(self) -> tuple[ProgramRow, ...]:
        """The rows of all steps."""
        return tuple(row for step in self.steps for row in step.rows)

    @cached_property
    def places(self) -> int:
        """The number of values of `place`."""
        return max(row.place for row in self.rows) + 1

    @cached_property
    def b_bits(self) -> int:
        """The width, with sign, of the widest `b`."""
        return max((row.b if row.b >= 0 else ~row.b).bit_length() for row in self.rows) + 1

    @property
    def addends(self) -> tuple[int, ...]:
        """The value of each `Addend`."""
        decimated_half = (1 << self.fixed.decimated_shift >> 1) << (self.sample_shift - self.fixed.decimated_shift)
        half = 1 << self.fixed.notch_shift >> 1
        return 0, -1, 2, decimated_half, max(0, half - 1) << (self.sample_shift - self.fixed.notch_shift)

    @cached_property
    def accumulator_bits(self) -> int:
        """The width, with sign, of an accumulator that no sum of any samples can overflow."""
        fixed = self.fixed
        code, state = 2 ** (fixed.design.converter.bits - 1), 2 ** (fixed.design.fixed_point.state_bits - 1)
        error = 2**fixed.design.fixed_point.error_bits
        sums: list[int] = [
            ((code * sum(map(abs, fixed.taps)) + (1 << fixed.decimated_shift)) << self.sample_shift)
            >> fixed.decimated_shift,
            3 * state << self.sample_shift,
        ]
        for section in self._sections:
            operands = (
                (section.b, 4 * state if section.highpass else 2 * state),
                (section.d, state),
                (section.g, 2 * state),
            )
            products = sum(int(abs(c.mantissa) * operand * 2.0**-c.shift) + 1 for c, operand in operands)
            sums.append(3 * (state + 1) * error + products)
        return int(max(sums)).bit_length() + 1

    def _decimate(self, entry: int) -> ProgramStep:
        """Return one row per tap; the middle tap, whose two codes are the same one, is last."""
        middle = len(self.fixed.taps) // 2
        more = self.sample_shift - self.fixed.decimated_shift
        rows = [ProgramRow(b=tap << (more - (i == middle))) for i, tap in enumerate(self.fixed.taps[: middle + 1])]
        rows[0] = replace(rows[0], first=True, addend=Addend.DECIMATED_HALF)
        return _step("decimate", rows, entry, ResultKind.DECIMATED)

    def _section(self, name: str, section: DeltaSection, own: int, source: int, kind: ResultKind) -> ProgramStep:
        sign = -1 if section.mirrored else 1
        error_bits = self.fixed.design.fixed_point.error_bits
        b_low, b_high = self._rounded(section.b)
        d_low, d_high = self._rounded(section.d, -sign)
        g_low, g_high = self._rounded(section.g, -sign)
        d_low, g_low = (replace(row, addend=Addend.MINUS_ONE) for row in (d_low, g_low))
        rows = [
            replace(d_low, first=True).taking(own, 1, own=True),  # y1
            d_high.taking(own, 2, own=True, add=True, negative=not section.mirrored),  # y1 - s y2
            g_low,
            g_high.taking(own, 1, own=True, add=True),  # 2 y1 - s y2
            self._exact(Select.LOW, sign, error_bits),
            self._exact(Select.HIGH, sign, error_bits + self.split).taking(source, 0),  # x
            replace(self._exact(Select.ERRORS, sign, 0), addend=Addend.TWO),
        ]
        if section.highpass:  # x - 2 x1 + x2
            rows[-1] = rows[-1].taking(source, 1, add=True, negative=True)
            rows.append(ProgramRow().taking(source, 1, add=True, negative=True))
            b_low = b_low.taking(source, 2, add=True)
        else:  # x - x2
            rows[-1] = rows[-1].taking(source, 2, add=True, negative=True)
        return _step(name, [*rows, b_low, b_high], own, kind)

    def _clean(self, decimated: int, notch: int, notched: int) -> ProgramStep:
        kept, hum = self.sample_shift, self.sample_shift - self.fixed.notch_shift
        rows = [
            replace(self._exact(Select.LOW, 1, kept), first=True).taking(decimated, 0),
            self._exact(Select.HIGH, 1, kept + self.split).taking(notch, 0),
            replace(self._exact(Select.LOW, -1, hum), addend=Addend.NOTCHED_HALF),
            self._exact(Select.HIGH, -1, hum + self.split),
        ]
        return _step("clean", rows, notched, ResultKind.NOTCHED)

    def _rounded(self, coefficient: Coefficient, sign: int = 1) -> tuple[ProgramRow, ProgramRow]:
        """Return rows that add floor(operand mantissa / 2^shift); only the low row rounds: see `ProgramRow.low`."""
        place, finer = divmod(self.split - coefficient.shift, self.place_bits)
        b = sign * coefficient.mantissa << finer
        return ProgramRow(Select.LOW, b, place, low=True), ProgramRow(Select.HIGH, b, place)

    def _exact(self, select: Select, sign: int, shift: int) -> ProgramRow:
        """Return a row that adds operand * sign * 2^shift."""
        place = max(0, -(-(shift - WIDEST_B + 2) // self.place_bits))
        return ProgramRow(select, sign << shift - place * self.place_bits, place)


def _step(name: str, rows: list[ProgramRow], entry: int, kind: ResultKind) -> ProgramStep:
    """Return a complete step: padded with rows that add nothing, its turn and its destination marked."""
    rows = rows + [ProgramRow()] * (LEAST_ROWS - len(rows))
    rows[-2] = replace(rows[-2], turn=True)
    rows[-1] = replace(rows[-1], entry=entry, age=int(kind))
    return ProgramStep(name, tuple(rows))
