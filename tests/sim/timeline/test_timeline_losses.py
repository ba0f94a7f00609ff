"""What is lost, where, and how often, against closed forms; and that nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.sim.timeline import BleLink, BlockStream, BusyTime, Controller, Fading, FrameFate, UartLink, simulate
from earloop.sim.timeline.processes import Cpu
from tests.sim.timeline.timeline_runs import EXACT_EARBUD, ONE_PACKET, clean_link, even_errors


@pytest.mark.parametrize(("error", "attempts"), [(0.3, 1), (0.3, 3), (0.6, 2)])
def test_a_packet_that_is_given_up_after_n_attempts_is_lost_with_p_to_the_n(error, attempts):
    link = clean_link(interval_s=7.5e-3, fading=even_errors(error), max_attempts=attempts, supervision_s=30.0)
    found = simulate(EXACT_EARBUD, replace(ONE_PACKET, rate_hz=500.0), link, duration_s=400.0)
    frames = len(found.fate) - found.frames(FrameFate.IN_FLIGHT)
    expected = error**attempts
    sigma = np.sqrt(expected * (1 - expected) / frames)
    assert frames > 9900
    assert found.frames(FrameFate.LOST) / frames == pytest.approx(expected, abs=4 * sigma)
    sent = found.usage.packets / frames
    assert sent == pytest.approx((1 - error**attempts) / (1 - error), rel=0.03)


def test_without_a_limit_every_packet_arrives():
    link = clean_link(fading=even_errors(0.3), supervision_s=30.0)
    found = simulate(EXACT_EARBUD, ONE_PACKET, link, duration_s=60.0)
    assert found.frames(FrameFate.LOST) == 0
    assert found.lost_share == 0
    assert found.usage.failures > 1000


def test_exchanges_fail_as_often_as_the_two_states_last():
    fading = Fading(good_error=0.05, bad_error=0.8, good_s=0.4, bad_s=0.1)
    idle = replace(ONE_PACKET, rate_hz=20.0)
    link = clean_link(interval_s=7.5e-3, fading=fading, supervision_s=30.0)
    found = simulate(EXACT_EARBUD, idle, link, duration_s=1500.0)
    expected = (0.05 * 0.4 + 0.8 * 0.1) / 0.5
    assert fading.mean_error == pytest.approx(expected)
    assert found.usage.failures / found.usage.radio_events == pytest.approx(expected, rel=0.05)


def test_errors_come_in_bursts():
    def longest_wait_s(fading):
        link = clean_link(interval_s=7.5e-3, fading=fading, supervision_s=30.0)
        return np.nanmax(simulate(EXACT_EARBUD, ONE_PACKET, link, duration_s=200.0).latency_s)

    burst = Fading(good_error=0.0, bad_error=0.95, good_s=1.0, bad_s=0.1)
    assert longest_wait_s(burst) > 3 * longest_wait_s(even_errors(burst.mean_error))


def test_a_dead_channel_loses_the_connection_again_and_again():
    link = clean_link(fading=even_errors(1.0), supervision_s=2.0, reconnect_s=1.0)
    found = simulate(EXACT_EARBUD, ONE_PACKET, link, duration_s=60.0)
    assert found.usage.disconnects == pytest.approx(60 / 3, abs=1)
    assert found.frames(FrameFate.DELIVERED) == 0
    assert found.lost_share == 1.0
    assert np.isnan(found.latency_s).all()


def test_a_buffer_too_small_overruns_by_what_the_wire_cannot_carry():
    earbud = replace(EXACT_EARBUD, buffer_bytes=10 * 244)
    baud = 61000  # 25 frames a second of 50
    found = simulate(earbud, ONE_PACKET, UartLink(baud), duration_s=100.0)
    delivered = 100.0 * baud / 2440
    assert len(found.fate) == 5000
    assert found.frames(FrameFate.DELIVERED) == pytest.approx(delivered, abs=1)
    assert found.frames(FrameFate.IN_FLIGHT) == pytest.approx(10, abs=1)
    assert found.frames(FrameFate.OVERRUN) == pytest.approx(5000 - delivered - 10, abs=2)
    assert found.level_bytes.max() == 10 * 244


def test_a_full_buffer_drops_the_newest_frame():
    earbud = replace(EXACT_EARBUD, buffer_bytes=10 * 244)
    found = simulate(earbud, ONE_PACKET, UartLink(9600), duration_s=1.0)
    np.testing.assert_array_equal(found.fate[:10] == FrameFate.OVERRUN, False)
    assert found.fate[15] == FrameFate.OVERRUN


def test_a_cpu_that_is_too_slow_misses_what_it_has_no_time_for():
    slow = replace(EXACT_EARBUD, controller=replace(EXACT_EARBUD.controller, core_hz=1e6))
    # A tick costs (5000 + 5 x 120) x 1.5 us = 8.4 ms, and comes every 5 ms.
    stream = replace(ONE_PACKET, block_ticks=1, tick_instructions=5000, byte_instructions=0)
    found = simulate(slow, stream, UartLink(921600), duration_s=60.0)
    assert found.frames(FrameFate.MISSED) / len(found.fate) == pytest.approx(1 - 5 / 8.4, abs=0.01)
    assert found.usage.cpu_active_s == pytest.approx(60.0, rel=0.001)


def test_an_interrupt_lengthens_the_work_that_it_meets():
    controller = Controller(
        name="one instruction a second",
        core_hz=1.0,
        run_a=0.0,
        sleep_a=0.0,
        volts=3.0,
        radio_event_instructions=2.0,
        clocks_per_instruction=1.0,
    )
    env, usage = simpy.Environment(), BusyTime()
    cpu = Cpu(env, controller, usage)
    ended = []

    def working():
        yield env.timeout(10)
        yield from cpu.work(5)
        ended.append(env.now)

    def interrupting():
        for wait in (3, 9, 4):  # at 3 s it is idle, at 12 s at work, at 16 s on what the last one left
            yield env.timeout(wait)
            cpu.interrupt_by_radio()

    env.process(working())
    env.process(interrupting())
    env.run()
    assert ended == [10 + 5 + 2 + 2]
    assert usage.cpu_active_s == 5 + 3 * 2


streams = st.builds(
    BlockStream,
    mode=st.just("raw"),
    channels=st.integers(1, 4),
    rate_hz=st.sampled_from([250.0, 1000.0, 4000.0]),
    tick_samples=st.integers(1, 8),
    block_ticks=st.integers(1, 8),
    frame_bytes=st.integers(10, 600),
    frames_per_block=st.integers(1, 5),
    tick_instructions=st.sampled_from([0.0, 5000.0, 200000.0]),
)
links = st.one_of(
    st.builds(UartLink, baud=st.sampled_from([9600, 115200, 921600])),
    st.builds(
        BleLink,
        interval_s=st.sampled_from([7.5e-3, 0.05]),
        packets_per_event=st.integers(1, 6),
        max_attempts=st.sampled_from([None, 1, 3]),
        supervision_s=st.sampled_from([0.2, 4.0]),
        reconnect_s=st.just(0.1),
        fading=st.builds(Fading, good_error=st.floats(0, 1), bad_error=st.floats(0, 1)),
    ),
)


@settings(max_examples=40)
@given(streams, links, st.integers(600, 20000), st.integers(0, 1000))
def test_every_frame_has_one_fate_and_the_buffer_holds_the_rest(stream, link, buffer_bytes, seed):
    earbud = replace(EXACT_EARBUD, buffer_bytes=buffer_bytes)
    found = simulate(earbud, stream, link, duration_s=2.0, seed=seed)
    counts = [found.frames(fate) for fate in FrameFate]
    assert sum(counts) == len(found.fate) == len(found.ready_s) // stream.block_samples * stream.frames_per_block
    delivered = found.fate == FrameFate.DELIVERED
    np.testing.assert_array_equal(np.isfinite(found.arrival_s), delivered)
    assert (np.diff(found.arrival_s[delivered]) >= 0).all()
    assert (found.latency_s[np.isfinite(found.latency_s)] > 0).all()
    levels = found.level_bytes
    assert levels.max(initial=0) <= buffer_bytes
    assert levels.min(initial=0) >= 0
    held = levels[-1] if len(levels) else 0
    assert held <= (found.frames(FrameFate.IN_FLIGHT) + found.frames(FrameFate.LOST)) * stream.frame_bytes


@given(st.integers(0, 50))
@settings(max_examples=5)
def test_the_same_seed_gives_the_same_run(seed):
    link = BleLink(max_attempts=2)
    first, again, other = (simulate(EXACT_EARBUD, ONE_PACKET, link, duration_s=5.0, seed=s) for s in (seed, seed, 99))
    np.testing.assert_array_equal(first.arrival_s, again.arrival_s)
    assert first.usage == again.usage
    assert not np.array_equal(first.arrival_s, other.arrival_s)
