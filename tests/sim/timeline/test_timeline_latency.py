"""Latency and throughput against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from earloop.sim.timeline import BlockStream, FrameFate, UartLink, simulate, stream_of
from tests.sim.timeline.timeline_runs import EXACT_EARBUD, ONE_PACKET, clean_link

WIRE = UartLink(921600, host_lag_max_s=0.0)
CLOCK_S = 1.5 / 64e6  # of an instruction, on the nRF52840
READ_S = 8 * 15 / 4e6  # 15 bytes at 4 MHz
IFS_S, POLL_2M_S = 150e-6, 44e-6


def test_on_a_wire_a_sample_waits_for_its_frame_the_cpu_and_the_bytes(design):
    found = simulate(EXACT_EARBUD, stream_of(design, "raw"), WIRE, duration_s=5.0)
    work = 120 + 111 * 12
    last_s = READ_S + work * CLOCK_S + 111 * 10 / 921600
    within = np.tile(np.arange(7, -1, -1) * 1e-3, len(found.latency_s) // 8)
    arrived = np.isfinite(found.latency_s)
    assert np.count_nonzero(arrived) >= 4900
    np.testing.assert_allclose(found.latency_s[arrived], (last_s + within)[arrived], atol=1e-9)


def test_tokens_of_a_patch_follow_one_another_down_the_wire(design):
    found = simulate(EXACT_EARBUD, stream_of(design, "tokens", 5600), WIRE, duration_s=2.1)
    bursts = found.arrival_s.reshape(-1, 48)[:8]
    serial_s = 117 * 10 / 921600
    first_s = READ_S + (5600 + 5 * 120 + 117 * 12) * CLOCK_S + serial_s
    expected = 0.25 * np.arange(1, 9)[:, None] + first_s + serial_s * np.arange(48)
    np.testing.assert_allclose(bursts, expected, atol=1e-9)


def test_over_ble_a_lone_frame_waits_uniformly_for_the_next_event():
    # A frame every 1.0062.. s: its phase against the events runs evenly through the interval.
    stream = BlockStream(
        mode="raw",
        channels=4,
        rate_hz=250.0 * (np.sqrt(5) - 1) / 1.244,
        tick_samples=250,
        block_ticks=1,
        frame_bytes=244,
    )
    link = clean_link(interval_s=0.1)
    found = simulate(EXACT_EARBUD, stream, link, duration_s=1500.0)
    made_s = READ_S + (250 * 120 + 244 * 12) * CLOCK_S
    sent_s = POLL_2M_S + IFS_S + 8e-6 * (11 + 251) / 2
    last = found.latency_s[stream.block_samples - 1 :: stream.block_samples]
    wait = (last[np.isfinite(last)] - made_s - sent_s) / link.interval_s
    assert len(wait) > 1400
    assert stats.kstest(wait, "uniform").statistic < 0.02


def test_several_packets_of_an_event_follow_at_the_exchange_time():
    link = clean_link(interval_s=0.1, packets_per_event=6)
    found = simulate(EXACT_EARBUD, ONE_PACKET, link, duration_s=10.0)
    gaps = np.diff(found.arrival_s[np.isfinite(found.arrival_s)])
    exchange_s = POLL_2M_S + 8e-6 * (11 + 251) / 2 + 2 * IFS_S
    close = gaps[gaps < 0.01]
    assert len(close) > 300  # five frames an event
    np.testing.assert_allclose(close, exchange_s, atol=1e-9)


@pytest.mark.parametrize(("phy", "empty_us", "full_us"), [(1, 80, 2088), (2, 44, 1048)])
def test_airtimes_are_those_of_the_core_specification(phy, empty_us, full_us):
    link = clean_link(phy_mbit=phy)
    assert link.poll_s * 1e6 == pytest.approx(empty_us)
    assert link.data_s(244) * 1e6 == pytest.approx(full_us)


@pytest.mark.parametrize("baud", [9600, 57600])
def test_a_wire_that_is_too_slow_carries_eight_bits_in_ten(baud):
    found = simulate(EXACT_EARBUD, ONE_PACKET, UartLink(baud), duration_s=60.0)
    assert found.throughput_bit_s == pytest.approx(0.8 * baud, rel=0.01)


def test_an_overloaded_connection_carries_its_full_packets_and_no_more():
    link = clean_link(interval_s=30e-3, packets_per_event=4)
    stream = replace(ONE_PACKET, rate_hz=4000.0)
    found = simulate(EXACT_EARBUD, stream, link, duration_s=60.0)
    assert stream.bit_s == pytest.approx(390400)
    assert found.throughput_bit_s == pytest.approx(4 * 244 * 8 / 30e-3, rel=0.002)


def test_raw_streaming_carries_96_kbit_s_of_codes_in_frames(design):
    stream = stream_of(design, "raw")
    codes_bit_s = 4 * 1000 * 24
    assert (
        stream.frame_bytes == 1 + 2 + 6 + 96 + 4 + 1 + 1
    )  # type, sequence, run and index, codes, CRC, COBS, delimiter
    assert stream.bit_s == pytest.approx(codes_bit_s * stream.frame_bytes / 96)
    found = simulate(EXACT_EARBUD, stream, clean_link(), duration_s=60.0)
    assert found.throughput_bit_s == pytest.approx(stream.bit_s, rel=0.005)


@pytest.mark.parametrize(("mode", "frame_bytes", "frames"), [("bands", 65, 4), ("tokens", 117, 48)])
def test_bands_and_tokens_have_the_sizes_of_the_wire_format(design, mode, frame_bytes, frames):
    stream = stream_of(design, mode)
    assert (stream.frame_bytes, stream.frames_per_block) == (frame_bytes, frames)


def test_the_hosts_lag_has_the_published_mean_of_15_ms(design):
    lagging = simulate(EXACT_EARBUD, ONE_PACKET, UartLink(921600, host_lag_max_s=46e-3), duration_s=1.0)
    assert lagging.frames(FrameFate.DELIVERED) > 0
    # Frames 1 s apart never wait for one another, so each shows one draw.
    slow = replace(ONE_PACKET, rate_hz=20.0)
    with_lag = simulate(EXACT_EARBUD, slow, UartLink(921600, host_lag_max_s=46e-3), duration_s=4000.0)
    without = simulate(EXACT_EARBUD, slow, WIRE, duration_s=4000.0)
    lag_ms = 1e3 * (with_lag.arrival_s - without.arrival_s)
    lag_ms = lag_ms[np.isfinite(lag_ms)]
    assert lag_ms.mean() == pytest.approx(15, abs=1)  # Debener 2015: mean 15, 0 to 46
    assert 0 <= lag_ms.min() < lag_ms.max() <= 46


def test_the_oscillators_error_stretches_the_samples(design):
    earbud = replace(EXACT_EARBUD, afe=replace(EXACT_EARBUD.afe, oscillator_tolerance=0.005))
    periods = [
        np.diff(simulate(earbud, ONE_PACKET, WIRE, duration_s=0.1, seed=seed).ready_s).mean() for seed in range(40)
    ]
    error = 1e-3 / np.array(periods) - 1
    assert np.abs(error).max() <= 0.005
    assert error.min() < -0.003 < 0.003 < error.max()
