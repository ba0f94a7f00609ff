"""Simulation of an earbud's timeline, from data-ready of each sample to its arrival at the host.

    data-ready -> SPI by DMA -> CPU -> frame buffer -> BLE or UART -> host

The CPU and the DMA synchronise once a tick. Every sample's data-ready is known exactly, and so is its latency: the time
until the host has *all* frames of the sample. The latency does not include the delay of the filters, which is half the
taps of `earloop.spec.decimator`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import simpy
from numpy.typing import NDArray

from earloop.sim.timeline.checks import TimelineError, at_least, positive
from earloop.sim.timeline.hardware import EarbudHardware
from earloop.sim.timeline.link import BleLink, Link
from earloop.sim.timeline.processes import BusyTime, Cpu, FrameBuffer, FrameFate, Journal, Process, compute, sample
from earloop.sim.timeline.stream import BlockStream
from earloop.sim.timeline.transports import Ble, Host, send_by_wire

PROGRESS_S = 1.0


@dataclass(frozen=True, kw_only=True)
class DeviceTimeline:
    """The results of one run.

    Parameters
    ----------
    ready_s : float64 [samples], data-ready of each sample of whole blocks
    fate : int8 [frames], the `FrameFate` of each
    arrival_s : float64 [frames], time at which the host's program has the frame, NaN if it never arrives
    level_s, level_bytes : float64 and int64 [changes], times at which the frame buffer changes, and its level from then
    """

    hardware: EarbudHardware
    link: Link
    stream: BlockStream
    duration_s: float
    seed: int
    usage: BusyTime
    ready_s: NDArray[np.float64]
    fate: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    level_s: NDArray[np.float64]
    level_bytes: NDArray[np.int64]

    @cached_property
    def latency_s(self) -> NDArray[np.float64]:
        """Time from data-ready to the host's program, float64 [samples]; NaN if a frame of the block never arrived."""
        blocks = self.arrival_s.reshape(-1, self.stream.frames_per_block).max(1, initial=-np.inf)
        latency: NDArray[np.float64] = np.repeat(blocks, self.stream.block_samples) - self.ready_s
        return latency

    def frames(self, fate: FrameFate) -> int:
        """Return the number of frames with this fate."""
        return int(np.count_nonzero(self.fate == fate))

    @property
    def lost_share(self) -> float:
        """Share of samples that the host does not have completely, of those whose block is no longer in flight."""
        fate = self.fate.reshape(-1, self.stream.frames_per_block)
        delivered = np.count_nonzero((fate == FrameFate.DELIVERED).all(1))
        dropped = np.count_nonzero((fate > FrameFate.DELIVERED).any(1))
        return dropped / (delivered + dropped) if delivered + dropped else 0.0

    @property
    def throughput_bit_s(self) -> float:
        """Bits of delivered frames in a second."""
        return 8 * self.stream.frame_bytes * self.frames(FrameFate.DELIVERED) / self.duration_s


def check_duration(duration_s: float) -> None:
    """Raise TimelineError unless the duration is finite and above 0."""
    positive("duration, s", duration_s)


def simulate(
    hardware: EarbudHardware,
    stream: BlockStream,
    link: Link,
    *,
    duration_s: float,
    seed: int = 1,
    advance: Callable[[int], None] = lambda seconds: None,
) -> DeviceTimeline:
    """Simulate an earbud.

    Parameters
    ----------
    duration_s : simulated time
    seed : 0 or larger; equal seeds give equal runs
    advance : called after each simulated second with the number of seconds so far

    Raises
    ------
    TimelineError
        The duration or the seed is out of range, the SPI is too slow for the converter, or the converter has too few
        channels.
    """
    _check(hardware, stream, duration_s, seed)
    streams = np.random.SeedSequence(seed).spawn(3)
    clock_rng, radio_rng, host_rng = (np.random.default_rng(each) for each in streams)

    tolerance = hardware.afe.oscillator_tolerance
    period_s = 1 / (stream.rate_hz * (1 + clock_rng.uniform(-tolerance, tolerance)))
    blocks = int(duration_s / (period_s * stream.block_samples))
    ready_s: NDArray[np.float64] = period_s * np.arange(1.0, blocks * stream.block_samples + 1)
    frames = blocks * stream.frames_per_block
    journal = Journal(fate=np.full(frames, FrameFate.IN_FLIGHT, np.int8), arrival_s=np.full(frames, np.nan))

    env = simpy.Environment()
    cpu = Cpu(env, hardware.controller, journal.usage)
    buffer = FrameBuffer(env, hardware.buffer_bytes, journal)
    host = Host(link.host_lag_max_s, host_rng)
    inbox = simpy.Store(env)
    tick_ready_s = ready_s[stream.tick_samples - 1 :: stream.tick_samples] + hardware.afe.read_s
    env.process(sample(env, stream, tick_ready_s, inbox, journal))
    env.process(compute(stream, cpu, inbox, buffer, journal))
    if isinstance(link, BleLink):
        env.process(Ble(env, link, cpu, buffer, host, journal.usage, radio_rng).send())
    else:
        env.process(send_by_wire(env, link, stream.frame_bytes, buffer, host))
    env.process(_report(env, advance))
    env.run(until=duration_s)
    journal.usage.cpu_active_s = min(journal.usage.cpu_active_s, duration_s)  # the last work may end after the run
    return DeviceTimeline(
        hardware=hardware,
        link=link,
        stream=stream,
        duration_s=duration_s,
        seed=seed,
        usage=journal.usage,
        ready_s=ready_s,
        fate=journal.fate,
        arrival_s=journal.arrival_s,
        level_s=np.array(journal.level_s),
        level_bytes=np.array(journal.level_bytes, np.int64),
    )


def _check(hardware: EarbudHardware, stream: BlockStream, duration_s: float, seed: int) -> None:
    """Raise TimelineError unless the run is possible."""
    check_duration(duration_s)
    at_least("seed", seed, 0)
    if hardware.afe.read_s * stream.rate_hz > 1:
        read_us = hardware.afe.read_s * 1e6
        raise TimelineError(
            f"SPI clock = {hardware.afe.spi_hz:g} Hz: reading a sample takes {read_us:.0f} us, but the next one comes "
            f"after {1e6 / stream.rate_hz:.0f} us; raise the clock or lower the rate"
        )
    if stream.channels > hardware.afe.chip_channels:
        raise TimelineError(
            f"channels = {stream.channels}: {hardware.afe.name} has {hardware.afe.chip_channels}; choose a larger one"
        )


def _report(env: simpy.Environment, advance: Callable[[int], None]) -> Process:
    while True:
        yield env.timeout(PROGRESS_S)
        advance(round(env.now))
