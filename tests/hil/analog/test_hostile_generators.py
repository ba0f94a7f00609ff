"""Instruments that mean ill, at the end of PyVISA: garbage, silence, absurd answers, and a cable that is pulled."""

from __future__ import annotations

import random

import numpy as np
import pytest
import pyvisa
from pyvisa.constants import StatusCode

from earloop.hil.analog.generator import GeneratorError
from earloop.hil.analog.visa import MOST_BYTES, MOST_ERRORS, VisaGenerator

IDENTITY = b"Keysight Technologies,33512B,MY00000001,3.05"
WAVES_V = np.array([[0, 0.2, -0.4, 0.1], [0, 0, 3.0, 0]]).T
GARBAGE = (b"", b"\n", b"\xff\xfe\x00", b"0", b"+0", b"0,", b"nan,inf", b'1e999,"x"', b"9" * 10_000, b",,,")
GARBAGE += (b'-113,"a\nb\r\x1b[2J"', IDENTITY + b"\n2\n3", "Keysight,33512B,\u2028".encode(), b'-0,"No error"')


class Instrument:
    """Answers soundly until its turn, then by what its seed draws; counts what it was asked."""

    def __init__(self, seed):
        self.random, self.asked, self.last = random.Random(seed), 0, ""
        self.turns = self.random.choice((0, 1, 2, self.random.randrange(40)))
        self.habit = self.random.choice(("garbage", "silent", "pulled", "mixed"))

    def _fails(self):
        habit = self.random.choice(("garbage", "silent", "pulled")) if self.habit == "mixed" else self.habit
        if self.asked <= self.turns or habit == "garbage":
            return
        if habit == "silent":
            raise pyvisa.VisaIOError(StatusCode.error_timeout)
        raise random.choice((pyvisa.VisaIOError(StatusCode.error_connection_lost), OSError("gone\nfor good")))

    def write(self, line):
        self.last = line
        self._fails()

    session = 7

    @property
    def visalib(self):
        return self

    def read(self, session, count):
        assert session == self.session
        assert count == MOST_BYTES, "an answer without end is cut off"
        self.asked += 1
        assert self.asked < 40 * MOST_ERRORS, "no end of asking"
        self._fails()
        if self.asked <= self.turns:
            return (IDENTITY if self.last == "*IDN?" else b'+0,"No error"'), StatusCode.success
        return self.random.choice(GARBAGE)[:count], StatusCode.success

    def close(self):
        self._fails()


@pytest.mark.parametrize("seed", range(200))
def test_whatever_an_instrument_says_is_one_line_or_a_loaded_waveform(seed, monkeypatch):
    instrument = Instrument(seed)

    class Manager:
        close = instrument.close

        def open_resource(self, name, **options):
            assert options["timeout"] > 0, "no read waits for ever"
            return instrument

    monkeypatch.setattr(pyvisa, "ResourceManager", lambda backend: Manager())
    try:
        with VisaGenerator("TCPIP::x::INSTR") as generator:
            generator.load(WAVES_V[:, : generator.facts.outputs], 4000.0)
            generator.trigger()
            generator.stop()
    except GeneratorError as error:
        said = str(error)
    else:
        said = ""
    assert said.isprintable()
    assert len(said) < 40 * 200, "not all that an instrument can say"
