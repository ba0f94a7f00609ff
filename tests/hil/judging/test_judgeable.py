"""A right device never fails, however far a signal goes; and an input that says nothing is no pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.measurements.drawn_designs import drawn_design, drawn_signal
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.recordings import Recording
from tests.hil.conftest import AlteredDevice

RATE = 1000


@pytest.fixture(scope="module")
def popping(design) -> Recording:
    """30 s of a 10 Hz sine and noise, T7 raised by 60 mV from 15.0 to 15.2 s."""
    t = np.arange(30 * RATE) / RATE
    uv = 50 * np.sin(2 * np.pi * 10 * t)[:, np.newaxis] + 5 * np.random.default_rng(3).standard_normal((len(t), 4))
    uv[15_000:15_200, 0] += 60e3
    return Recording(uv, "uV", float(RATE), design.channels)


@pytest.mark.parametrize("pop_mv", [20, 60, 200, 1000])
def test_an_electrode_that_pops_fails_no_right_device(fixed, popping, pop_mv):
    uv = popping.data.copy()
    uv[15_000:15_200, 0] += 1e3 * (pop_mv - 60)
    verdict = judge(GoldenDevice(fixed), replace(popping, data=uv), fixed)
    assert verdict.word == "pass", (verdict.reasons, verdict.unjudged)
    assert verdict.findings == []
    assert verdict.worst_band.worst_db > 60
    assert bool(verdict.range_losses) == (pop_mv > 20)


def test_what_the_range_costs_is_told_with_band_place_and_duration(fixed, popping):
    (loss,) = judge(GoldenDevice(fixed), popping, fixed).range_losses
    assert loss.channel == "T7"
    assert "emg_mid" in loss.bands
    assert loss.begins_s == pytest.approx(15.0, abs=0.15)  # the decimator delays by 0.125 s
    assert 0.2 < loss.lasts_s < 0.7  # the slow bands stay beyond for longer than the pop
    assert loss.recovered_s is not None
    assert str(loss).startswith(f"T7 beyond the range of {len(loss.bands)} bands for 0.")


@pytest.mark.parametrize("seed", range(12))
def test_of_any_design_a_right_device_passes_and_one_wrong_bit_fails(seed):
    rng = np.random.default_rng(seed)
    fixed = drawn_design(rng)
    recording, harm = drawn_signal(rng, fixed)
    right = judge(GoldenDevice(fixed), recording, fixed)
    assert right.word == "pass", (harm, right.reasons, right.unjudged)
    assert right.findings == []
    assert right.worst_band is None or right.worst_band.worst_db > 20

    def alter(run):
        place = tuple(int(rng.integers(n)) for n in run.tokens.shape)
        run.tokens[place] ^= 1 << int(rng.integers(15))
        return run

    assert judge(AlteredDevice(fixed, alter), recording, fixed).word == "fail"


def test_a_flat_channel_is_not_judged_unless_a_plan_allows_it(fixed, codes_10s):
    data = codes_10s.data.copy()
    data[:, 2] = 12345
    flat = replace(codes_10s, data=data)
    verdict = judge(GoldenDevice(fixed), flat, fixed)
    assert verdict.word == "not judged"
    assert not verdict.passed
    (reason,) = verdict.unjudged
    assert reason.startswith("T8 is flat: all of its 10,000 samples are 12345; 0 channels are allowed")
    allowed = judge(GoldenDevice(fixed), flat, fixed, tolerances=Tolerances(flat_channels=1))
    assert allowed.word == "pass"


def test_a_channel_at_the_rails_is_not_judged_unless_a_plan_allows_it(fixed, codes_10s):
    data = codes_10s.data.copy()
    data[2000:, 1] = 2**23 - 1
    railed = replace(codes_10s, data=data)
    verdict = judge(GoldenDevice(fixed), railed, fixed)
    assert verdict.word == "not judged"
    assert verdict.unjudged[0].startswith("T9 is at the converter's rails in 80.0% of its samples; at most 10.0%")
    allowed = judge(GoldenDevice(fixed), railed, fixed, tolerances=Tolerances(railed_share=1.0))
    assert allowed.word == "pass", (allowed.reasons, allowed.unjudged)


def test_a_device_that_is_wrong_fails_even_on_an_input_that_says_nothing(fixed, codes_10s):
    def alter(run):
        run.tokens[3, 0, 0, 0] += 1
        return run

    flat = replace(codes_10s, data=np.full_like(codes_10s.data, 12345))
    assert judge(AlteredDevice(fixed, alter), flat, fixed).word == "fail"
