"""Nothing is found where nothing is wrong, and no known fault is seen in one that is not known."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.finding import Symptom
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.faults.kinds import FaultKind
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from tests.hil.faults.conftest import Stream


def findings_on_altered(fixed, stream, alter):
    tokens = stream.golden.tokens.copy()
    alter(tokens)
    return diagnose(fixed, stream.codes, stream.golden, DeviceRun(tokens=tokens))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_run_of_the_firmware_shows_nothing(fixed, synthetic, seed):
    stream = synthetic(seed)
    with LoopbackEarbud(fixed) as earbud:
        run = earbud.run(stream.codes, lambda samples: None)
    np.testing.assert_array_equal(run.tokens, stream.golden.tokens)
    assert diagnose(fixed, stream.codes, stream.golden, run) == []


def test_what_the_line_did_in_an_earlier_run_is_not_held_against_this_one(fixed, synthetic):
    stream, line = synthetic(1), FaultyLine()
    with LoopbackEarbud(fixed, line=line) as earbud:
        line.begin(Fault(kind=FaultKind.FLIP))
        bad = earbud.run(stream.codes, lambda samples: None)
        line.end()
        earbud.link.query()
        good = earbud.run(stream.codes, lambda samples: None)
    assert diagnose(fixed, stream.codes, stream.golden, bad)
    assert diagnose(fixed, stream.codes, stream.golden, good) == []


@pytest.mark.parametrize("scale", [0, 3, 300, 2_000_000])
def test_no_stream_makes_a_sound_device_look_faulty(fixed, scale):
    codes = np.random.default_rng(1).integers(-scale, scale + 1, (5000, 4)).astype(np.int32)
    golden = run_golden(fixed, codes).taps
    with LoopbackEarbud(fixed) as earbud:
        run = earbud.run(codes, lambda samples: None)
    assert diagnose(fixed, codes, golden, run) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_wrong_token_sample_is_unexplained_where_it_is(fixed, synthetic, seed):
    rng, stream = np.random.default_rng(seed), synthetic(seed)
    place = tuple(int(rng.integers(size)) for size in stream.golden.tokens.shape)

    def alter(tokens):
        tokens[place] ^= 1 << 6

    (finding,) = findings_on_altered(fixed, stream, alter)
    assert finding.kind is Symptom.UNEXPLAINED
    assert finding.where.channels == (fixed.design.channels[place[1]],)
    assert abs(finding.where.begins_s - 0.25 * place[0]) <= 0.25


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_rounding_is_no_known_fault(fixed, synthetic, seed):
    rng, stream = np.random.default_rng(seed), synthetic(seed)

    def alter(tokens):
        tokens += rng.integers(-1, 2, tokens.shape).astype(np.int16)

    found = findings_on_altered(fixed, stream, alter)
    assert {finding.kind for finding in found} == {Symptom.UNEXPLAINED}
    assert {name for finding in found for name in finding.where.channels} == set(fixed.design.channels)


def test_a_band_that_is_wrong_is_no_fault_of_its_channel(fixed, synthetic):
    stream = synthetic(1)

    def alter(tokens):
        tokens[:, 1, 2] = tokens[:, 1, 3]

    (finding,) = findings_on_altered(fixed, stream, alter)
    assert finding.kind is Symptom.UNEXPLAINED


def test_patches_that_never_came_are_said_to_be_too_few(fixed, synthetic):
    stream = synthetic(1)
    (finding,) = diagnose(fixed, stream.codes, stream.golden, DeviceRun(tokens=stream.golden.tokens[:-2]))
    assert (finding.kind, finding.evidence) == (
        Symptom.UNEXPLAINED,
        "46 patches instead of 48, and all of them are right",
    )


def test_two_channels_that_say_the_same_are_not_swapped(fixed):
    codes = np.random.default_rng(1).normal(0, 3000, (6000, 4)).cumsum(axis=0).astype(np.int32)
    codes[:, 1] = codes[:, 0]
    stream = Stream(codes, run_golden(fixed, codes).taps)

    def alter(tokens):
        tokens[:, 0] = np.clip(1.01 * tokens[:, 0].astype(float), -(2**15), 2**15 - 1).astype(np.int16)

    (finding,) = findings_on_altered(fixed, stream, alter)
    assert (finding.kind, finding.where.channels) == (Symptom.GAIN, (fixed.design.channels[0],))
