"""Breaks found in sample times: every lost sample, and none where a packet is only late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.recordings.reading.sample_times import find_breaks, find_period_and_breaks, period_of

PERIOD_S = 0.004
SAMPLES = 20_000


def taken_at(*lost: tuple[int, int], samples: int = SAMPLES):
    """When each sample was taken, of which so many were lost before some of them."""
    number = np.arange(samples)
    for before, count in lost:
        number = number + count * (np.arange(samples) >= before)
    return number * PERIOD_S


def arrived(taken_s, packet: int, jitter_s: float, seed: int = 0):
    """When packets of so many samples arrived, each late by a time of its own."""
    of_packet = np.round(taken_s / PERIOD_S).astype(int) // packet
    late_s = jitter_s * np.random.default_rng(seed).exponential(size=of_packet[-1] + 1)
    return of_packet * packet * PERIOD_S + late_s[of_packet]


def breaks_of(stamps):
    return [(step.sample, round(step.step, 3)) for step in find_breaks(stamps, period_of(stamps))]


@pytest.mark.parametrize("lost", [1, 2, 75, 9000])
@pytest.mark.parametrize("before", [1, 3, 10_000, SAMPLES - 1])
def test_any_number_of_lost_samples_is_a_break(lost, before):
    found = breaks_of(taken_at((before, lost)))
    assert found == [(before, round((lost + 1) * PERIOD_S, 3))]


@pytest.mark.parametrize("damaged", [1e308, -1e308, 1e300, 5e-324])
@pytest.mark.parametrize("at", [1, 100, 199])
@pytest.mark.filterwarnings("error")
def test_a_damaged_stamp_of_any_size_gives_finite_breaks_without_a_warning(damaged, at):
    stamps = taken_at(samples=200)
    stamps[at] = damaged
    period, breaks = find_period_and_breaks(stamps)
    assert period > 0
    assert all(0 < each.sample < 200 for each in breaks)


def test_many_breaks_are_all_found():
    number = np.arange(SAMPLES) + np.arange(SAMPLES) // 50
    assert [sample for sample, _ in breaks_of(number * PERIOD_S)] == list(range(50, SAMPLES, 50))


@pytest.mark.parametrize("decimals", [3, 6])
def test_rounded_stamps_break_nowhere(decimals):
    assert breaks_of(np.round(np.arange(SAMPLES) / 256, decimals)) == []


def test_stamps_of_the_epoch_in_any_unit_are_fine():
    for unit in (1.0, 1e3, 1e6):
        stamps = (1_700_000_000 + taken_at((7000, 2))) * unit
        (step,) = find_breaks(stamps, period_of(stamps))
        assert step.sample == 7000
        assert step.step == pytest.approx(3 * PERIOD_S * unit, rel=1e-3)


@pytest.mark.parametrize("packet", [1, 4, 12, 23])
@pytest.mark.parametrize("jitter_s", [0.0, 0.002, 0.02])
def test_packets_that_are_late_are_no_break(packet, jitter_s):
    assert breaks_of(arrived(taken_at(), packet, jitter_s)) == []


@pytest.mark.parametrize("packet", [1, 4, 12, 23])
@pytest.mark.parametrize("jitter_s", [0.0, 0.002, 0.02])
def test_a_third_of_a_second_is_seen_behind_any_jitter(packet, jitter_s):
    lost = 7 * packet if packet > 1 else 75
    before = 437 * packet
    found = find_breaks(stamps := arrived(taken_at((before, lost)), packet, jitter_s), period_of(stamps))
    assert len(found) == 1
    assert abs(found[0].sample - before) <= 2 * packet


@pytest.mark.parametrize("seconds", [0.1, 1, 10])
def test_a_link_that_stalls_and_catches_up_is_no_break(seconds):
    stamps, held = taken_at(), round(seconds / PERIOD_S)
    stamps[10_000 : 10_000 + held] = stamps[10_000 + held]
    assert breaks_of(stamps) == []


def test_a_clock_that_is_off_or_wanders_is_no_break():
    assert breaks_of(1.01 * taken_at()) == []
    assert breaks_of(taken_at() + 0.02 * np.sin(np.arange(SAMPLES) / 800)) == []


def test_packets_that_come_twice_and_clocks_that_are_set_are_breaks():
    assert breaks_of(taken_at((10_000, -12))) == [(10_000, -0.044)]
    assert breaks_of(np.where(np.arange(SAMPLES) < 9000, taken_at(), taken_at() - 5)) == [(9000, -4.996)]


@given(lost=st.integers(1, 500), before=st.integers(600, SAMPLES - 600), off=st.floats(-0.01, 0.01))
@settings(max_examples=60)
def test_one_break_is_found_at_any_place_and_rate(lost, before, off):
    stamps = (1 + off) * taken_at((before, lost))
    (step,) = find_breaks(stamps, period_of(stamps))
    assert step.sample == before
    assert period_of(stamps) == pytest.approx((1 + off) * PERIOD_S)


def test_few_stamps_have_no_period():
    assert period_of(np.zeros(0)) == 0
    assert period_of(np.ones(1)) == 0
    assert period_of(np.ones(9)) == 0
    assert breaks_of(np.array([0.0, PERIOD_S])) == []


@pytest.mark.parametrize("rate_hz", [128, 220, 256, 300])
@pytest.mark.parametrize("samples", [300, 1024])
@pytest.mark.parametrize("lost", [3, 100, 5000])
def test_a_break_in_a_short_recording_with_stamps_in_whole_ms_is_found(rate_hz, samples, lost):
    """Many spans over which a period or jitter is measured reach over the break, and must not bend either."""
    for before in (samples // 10, samples // 3, samples // 2, samples - 30):
        number = np.arange(samples) + lost * (np.arange(samples) >= before)
        period, found = find_period_and_breaks(np.round(number / rate_hz + 0.1234, 3))
        assert [step.sample for step in found] == [before]
        assert period * rate_hz == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(("rate_hz", "packet"), [(200, 2), (256, 6), (256, 12), (250, 25)])
@pytest.mark.parametrize("samples", [300, 1024, 3000])
@pytest.mark.parametrize("lost", [0, 1, 3])
def test_packets_that_share_a_stamp_show_every_packet_that_is_lost(rate_hz, packet, samples, lost):
    before = samples // 2 // packet * packet
    number = np.arange(samples) + lost * packet * (np.arange(samples) >= before)
    period, found = find_period_and_breaks(np.round(number // packet * packet / rate_hz + 0.1234, 3))
    assert [step.sample for step in found] == ([before] if lost else [])
    assert period * rate_hz == pytest.approx(1, abs=3e-3)
