"""The SCPI dialogue with instruments of PyVISA-sim, and what is refused before anything is played."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from earloop.hil.analog.generator import GeneratorError
from earloop.hil.analog.scpi_dialects import DIALECTS, dialect_of, outputs_of
from earloop.hil.analog.sound_card import SoundCard
from earloop.hil.analog.visa import VisaGenerator, list_resources

BENCH = f"{Path(__file__).with_name('generators.yaml')}@sim"
GENERATOR, OLD, METER = (f"TCPIP0::{name}::inst0::INSTR" for name in ("generator", "old", "meter"))
WAVES_V = np.array([[0, 0.2, -0.4, 0.1, 0, 0, 0, 0], [0, 0, 3.0, 0, 0, 0, 0, -3.0]]).T


def asked(generator, question):
    return generator._query(question)


def test_resources_are_listed():
    assert set(list_resources(BENCH)) == {GENERATOR, OLD, METER}


def test_a_generator_says_who_it_is_and_what_it_can():
    with VisaGenerator(GENERATOR, BENCH) as generator:
        assert generator.facts.name == "Keysight Technologies 33512B, serial number MY00000001"
        assert (generator.facts.outputs, generator.facts.bits) == (2, 16)


def test_a_waveform_is_loaded_at_its_rate_and_amplitude_and_every_line_is_understood():
    with VisaGenerator(GENERATOR, BENCH) as generator:
        generator.load(WAVES_V, 4000.0)  # the instrument knows these lines and no others: any other is an error
        generator.trigger()
        rates = [float(asked(generator, f"SOURce{n}:FUNCtion:ARBitrary:SRATe?")) for n in (1, 2)]
        volts = [float(asked(generator, f"SOURce{n}:VOLTage?")) for n in (1, 2)]
    assert rates == [4000.0, 4000.0]
    assert volts == [0.8, 6.0]  # peak to peak, of waves that are scaled to their own peaks


def test_a_line_that_an_instrument_does_not_know_is_told_with_its_error():
    complaint = r"33511B.*refuses 'SOURce1:DATA:VOLatile:CLEar': -113,\"Undefined header\""
    with pytest.raises(GeneratorError, match=complaint), VisaGenerator(OLD, BENCH) as generator:
        generator.load(WAVES_V[:, :1], 4000.0)


def test_an_instrument_that_is_no_generator_is_refused_by_its_name():
    with pytest.raises(
        GeneratorError, match=r"34465A.*: not a supported arbitrary waveform generator; supported: Keysight 33500"
    ):
        VisaGenerator(METER, BENCH)


def test_a_resource_that_is_not_there_is_one_line():
    with pytest.raises(GeneratorError, match=r"visa:TCPIP0::nowhere::inst0::INSTR: does not answer \*IDN\?") as caught:
        VisaGenerator("TCPIP0::nowhere::inst0::INSTR", BENCH)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("volts", "rate_hz", "words"),
    [
        (np.zeros((1_000_001, 2)), 4000.0, r"1,000,001 points \(250\.0 s\), it holds 1,000,000"),
        (np.full((8, 2), 10.5), 4000.0, r"a peak of 10\.5 V, it gives 10 V: use an attenuator of a smaller ratio"),
        (np.zeros((8, 2)), 1e9, r"1e\+09 points a second, it plays up to 2.5e\+08"),
        (np.zeros((8, 3)), 4000.0, "a waveform for 3 outputs, it has 2"),
    ],
)
def test_what_it_cannot_play_is_refused(volts, rate_hz, words):
    with VisaGenerator(GENERATOR, BENCH) as generator, pytest.raises(GeneratorError, match=words):
        generator.load(volts, rate_hz)


@pytest.mark.parametrize(
    ("identity", "dialect", "outputs"),
    [
        ("Agilent Technologies,33522A,MY50000000,1.0", "Keysight 33500", 2),
        ("Keysight Technologies,33611A,MY1,1.0", "Keysight 33500", 1),
        ("Rigol Technologies,DG1022Z,DG1ZA000000000,03.01.12", "Rigol DG1000Z", 2),
    ],
)
def test_a_dialect_is_chosen_by_the_identity(identity, dialect, outputs):
    assert dialect_of(identity).name == dialect
    assert outputs_of(dialect_of(identity), identity) == outputs


def test_dac_values_span_the_guides_0_to_16383():
    rigol = next(dialect for dialect in DIALECTS if dialect.name.startswith("Rigol"))
    assert rigol.values([-1.0, 1.0]) == "0,16383"


def test_a_missing_portaudio_is_said_with_the_package_that_brings_it(monkeypatch):
    class NoPortAudio:
        def find_spec(self, name, path=None, target=None):
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.setattr(sys, "meta_path", [NoPortAudio(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(GeneratorError, match=r"PortAudio library not found; install PortAudio .*libportaudio2"):
        SoundCard("USB")
