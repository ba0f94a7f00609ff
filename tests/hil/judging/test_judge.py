"""The rig's judgement: what passes, what fails, and where it says the fault lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.replayed import DeviceError
from earloop.hil.judging.judge import judge
from earloop.spec.design import parse_design
from earloop.spec.fixed import compile_design
from tests.hil.conftest import AlteredDevice


def test_the_golden_device_passes_at_every_tap(fixed, codes_10s):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed)
    assert verdict.passed, verdict.reasons
    assert {tap.tap for tap in verdict.taps} == {"decimated", "notched", "bands", "tokens"}
    assert verdict.mismatches == 0
    assert all(tap.compared > 0 for tap in verdict.taps)


@given(
    patch=st.integers(0, 39),
    channel=st.integers(0, 3),
    band=st.integers(0, 11),
    place=st.integers(0, 49),
    data=st.data(),
)
@settings(max_examples=15)
def test_one_wrong_token_sample_is_found_where_it_is(fixed, codes_10s, patch, channel, band, place, data):
    bit = data.draw(st.integers(0, 14))

    def alter(run):
        run.tokens[patch, channel, band, place] ^= 1 << bit
        return run

    verdict = judge(AlteredDevice(fixed, alter), codes_10s, fixed)
    first = verdict.first_divergence
    assert not verdict.passed
    assert verdict.mismatches == 1
    assert first.tap == "tokens"
    assert (first.channel, first.band) == (fixed.design.channels[channel], fixed.design.band_names[band])
    assert first.tick == patch * 50 + place
    assert first.sample == first.tick * 5 + 4


def test_the_first_divergence_is_the_earliest_and_furthest_up_the_path(fixed, codes_10s):
    def alter(run):
        run.tokens[20, 0, 0, 0] += 1
        run.taps["bands"][500, 2, 7] += 1
        run.taps["notched"][500, 2] += 1
        run.taps["notched"][900, 0] += 1
        return run

    first = judge(AlteredDevice(fixed, alter), codes_10s, fixed).first_divergence
    assert (first.tap, first.tick, first.channel, first.band) == ("notched", 500, "T8", None)


def test_missing_tokens_fail(fixed, codes_10s):
    verdict = judge(AlteredDevice(fixed, lambda run: replace(run, tokens=run.tokens[:-1])), codes_10s, fixed)
    assert verdict.mismatches == 4 * 12 * 50
    assert verdict.reasons == ["tokens: 2,400 values missing or too many"]


def test_tokens_that_were_lost_on_the_line_are_not_judged(fixed, codes_10s):
    def lose(run):
        received = np.ones(run.tokens.shape[:3], bool)
        received[7, 2, 8] = received[30] = False
        return replace(run, received=received)

    place = r"patch 7, channel 2 \(T8\), band 8 \(eog\)"
    with pytest.raises(DeviceError, match=f"^golden: 49 of 1,920 tokens missing, the first that of {place}: lost on"):
        judge(AlteredDevice(fixed, lose), codes_10s, fixed)


def test_what_a_device_says_is_wrong_with_it_fails_it(fixed, codes_10s):
    verdict = judge(AlteredDevice(fixed, lambda run: replace(run, complaints=("its battery burns",))), codes_10s, fixed)
    assert verdict.reasons == ["its battery burns"]


def test_bands_that_are_too_coarse_fail_by_their_sqnr(fixed, codes_10s):
    def alter(run):
        run.taps["bands"][:, 1, 2] &= ~0xFFFF
        return run

    reasons = judge(AlteredDevice(fixed, alter), codes_10s, fixed).reasons
    assert any("eeg_alpha, channel T9: SQNR" in reason and "at least 80 dB wanted" in reason for reason in reasons)


def test_a_device_of_another_design_is_not_run(fixed, codes_10s, design_data):
    design_data["notch"]["mains_hz"] = 60
    other = compile_design(parse_design(design_data))
    with pytest.raises(DeviceError, match="golden: built for design"):
        judge(GoldenDevice(other), codes_10s, fixed)


def test_a_recording_too_short_for_a_token_is_not_run(fixed, codes_10s):
    short = replace(codes_10s, data=codes_10s.data[:249])
    with pytest.raises(DeviceError, match="249 samples yield no token: at least 250"):
        judge(GoldenDevice(fixed), short, fixed)
