"""The RTL's program, run in plain integers, gives what the golden model gives; its words hold its rows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from earloop.spec.design import parse_design
from earloop.spec.fixed import compile_design
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.program import WIDEST_B, Program, ResultKind, Select

STATE_MAX = 2**31 - 1

VARIANTS = {
    "reference": {},
    "no notch, one code a tick": {
        "converter": {"rate_hz": 250},
        "decimator": {"factor": 1},
        "notch": {"mains_hz": 0},
    },
    "a notch whose section is mirrored, and shifts that are all small": {"notch": {"mains_hz": 60}, "bands": ["eog"]},
    "one bit of error feedback": {"fixed_point": {"error_bits": 1, "min_sqnr_db": 10.0}},
    "coefficients of 8 bits": {"fixed_point": {"coefficient_bits": 8, "min_sqnr_db": 1.0}},
    "coefficients of 18 bits": {"fixed_point": {"coefficient_bits": 18}},
    "guard bits in the bands only": {
        "fixed_point": {"input_guard_bits": 0, "band_guard_bits": 16, "error_bits": 8, "min_sqnr_db": 10.0}
    },
    "taps of 8 bits": {"decimator": {"tap_bits": 8}, "fixed_point": {"input_guard_bits": 2, "band_guard_bits": 2}},
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS)
def program(request, design_data):
    """The program of a design that differs from the reference as `VARIANTS` say; `bands` picks bands by name."""
    changes = dict(request.param)
    names = changes.pop("bands", None)
    for table, values in changes.items():
        design_data[table] |= values
    if names:
        design_data["bands"] = [band for band in design_data["bands"] if band["name"] in names]
    return Program(compile_design(parse_design(design_data)))


class Machine:
    """What the RTL does with a program, a row after the other.

    `memory` holds, by entry and channel, the words of the ticks up to now, the newest first.
    """

    def __init__(self, program):
        self.program = program
        self.error_bits = program.fixed.design.fixed_point.error_bits
        self.channels = len(program.fixed.design.channels)
        self.memory = {(e, c): [(0, 0)] * 3 for e in range(program.entries) for c in range(self.channels)}
        self.history = None

    def tick(self, codes):
        """Run on the codes that came since the last tick; returns decimated, notched and band samples by channel."""
        first = self.history is None
        if first:
            self.history = [codes[0]] * len(self.program.fixed.taps)
        self.history = (self.history + list(codes))[-len(self.program.fixed.taps) :]
        for muted in (True, True, False) if first else (False,):
            samples = {ResultKind.DECIMATED: [], ResultKind.NOTCHED: [], ResultKind.BAND: []}
            fresh = set()
            for step in self.program.steps:
                for channel in range(self.channels):
                    kind, sample = self._step(step.rows, channel, muted, fresh)
                    samples.setdefault(kind, []).append(sample)
        return samples

    def _step(self, rows, channel, muted, fresh):
        acc = value = errors = 0
        for i, row in enumerate(rows):
            before = value
            if row.take:
                age = row.age if (row.entry, channel) in fresh else row.age - 1
                y, e = self.memory[row.entry, channel][age]
                sign = -1 if row.negative else 1
                value = sign * y + (value if row.add else 0)
                if row.own:
                    errors = sign * e + (errors if row.add else 0)
            operand = {
                Select.CODES: self._codes(i, channel) if i <= len(self.program.fixed.taps) // 2 else 0,
                Select.LOW: value % (1 << self.program.split),
                Select.HIGH: before >> self.program.split,
                Select.ERRORS: errors,
            }[row.select]
            product = (operand * row.b + self.program.addends[row.addend]) << row.place * self.program.place_bits
            acc = (0 if row.first else acc) + (product >> self.program.split if row.low else product)
        assert abs(acc) < 1 << self.program.accumulator_bits - 1
        last, kind = rows[-1], ResultKind(rows[-1].age)
        inexact = kind in {ResultKind.INNER, ResultKind.BAND}
        wide = acc >> (self.error_bits if inexact else self.program.sample_shift)
        y = min(max(wide, -STATE_MAX - 1), STATE_MAX)
        word = (0, 0) if inexact and muted else (y, acc % (1 << self.error_bits))
        self.memory[last.entry, channel] = [word, *self.memory[last.entry, channel][:2]]
        fresh.add((last.entry, channel))
        return kind, word[0]

    def _codes(self, tap, channel):
        return int(self.history[-1 - tap][channel]) + int(self.history[tap][channel])


@pytest.mark.parametrize("stimulus", ["noise", "rails"])
def test_it_gives_what_the_golden_model_gives(program, stimulus):
    design = program.fixed.design
    rng = np.random.default_rng(7)
    ticks, factor, channels = 12, design.decimator.factor, len(design.channels)
    codes = rng.integers(-(2**23), 2**23, (ticks * factor, channels), np.int32)
    if stimulus == "rails":
        codes = np.where(codes < 0, -(2**23), 2**23 - 1).astype(np.int32)
    wanted = GoldenTokenizer(program.fixed).push(codes)
    machine = Machine(program)
    for i in range(ticks):
        found = machine.tick(codes[i * factor : (i + 1) * factor])
        assert found[ResultKind.DECIMATED] == wanted.decimated[i].tolist()
        if program.fixed.notch:
            assert found[ResultKind.NOTCHED] == wanted.notched[i].tolist()
        assert found[ResultKind.BAND] == wanted.bands[i].T.ravel().tolist()


def test_the_reference_fits_four_multipliers(fixed):
    program = Program(fixed)
    assert program.b_bits <= WIDEST_B
    assert program.split < WIDEST_B


def test_the_verilog_words_hold_the_rows(program):
    text = generated_files(program.fixed)[VERILOG_HEADER]
    words = [int(word, 16) for word in re.findall(r"design_product = \d+'h([0-9a-f]+)", text)]
    controls = [int(word, 16) for word in re.findall(r"design_control = 16'h([0-9a-f]+)", text)]
    assert len(words) == len(controls) == len(program.rows)
    bits = program.b_bits
    for row, word, control in zip(program.rows, words, controls, strict=True):
        b = word % (1 << bits)
        assert (b - (1 << bits) if b >> bits - 1 else b) == row.b
        assert word >> bits == row.first << 6 | row.low << 5 | row.place << 3 | row.addend
        assert control & 0xFF == row.entry << 2 | row.age
        assert control >> 8 == (
            row.turn << 7 | row.halt << 6 | row.select << 4 | row.take << 3 | row.own << 2 | row.add << 1 | row.negative
        )
