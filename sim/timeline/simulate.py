"""One run of an earbud's timeline: from data-ready of each sample to its arrival at the host, and what that took.

    data-ready -> SPI by DMA -> CPU -> frame buffer -> BLE or UART -> host

The CPU and the DMA meet once a tick; every sample's data-ready is known exactly, and so is its latency. That is until
the host has *all* frames that carry the sample. The delay of the filters is not in it: `earloop.spec.decimator`'s is
half its taps.
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
from earloop.sim.timeline.processes import Cpu, Fate, FrameBuffer, Journal, Process, Usage, compute, sample
from earloop.sim.timeline.stream import Stream
from earloop.sim.timeline.transports import Ble, Host, send_by_wire

PROGRESS_S = 1.0


@dataclass(frozen=True)
class Timeline:
    """What one run left.

    ready_s : float64 [samples], data-ready of each sample of whole blocks
    fate : int8 [frames], a `Fate` each
    arrival_s : float64 [frames], when the host's program has the frame, NaN where it never does
    level_s, level_bytes : float64 and int64 [changes], what the frame buffer held, and since when
    """

    hardware: EarbudHardware
    link: Link
    stream: Stream
    duration_s: float
    seed: int
    usage: Usage
    ready_s: NDArray[np.float64]
    fate: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    level_s: NDArray[np.float64]
    level_bytes: NDArray[np.int64]

    @cached_property
    def latency_s(self) -> NDArray[np.float64]:
        """float64 [samples], from data-ready to the host's program; NaN where a frame of the block never got there."""
        blocks = self.arrival_s.reshape(-1, self.stream.frames_per_block).max(1, initial=-np.inf)
        latency: NDArray[np.float64] = np.repeat(blocks, self.stream.block_samples) - self.ready_s
        return latency

    def frames(self, fate: Fate) -> int:
        """How many frames ended so."""
        return int(np.count_nonzero(self.fate == fate))

    @property
    def lost_share(self) -> float:
        """Of the samples whose block was settled, the share that the host does not have whole."""
        fate = self.fate.reshape(-1, self.stream.frames_per_block)
        delivered = np.count_nonzero((fate == Fate.DELIVERED).all(1))
        dropped = np.count_nonzero((fate > Fate.DELIVERED).any(1))
        return dropped / (delivered + dropped) if delivered + dropped else 0.0

    @property
    def throughput_bit_s(self) -> float:
        """Bits of frames that arrived, a second."""
        return 8 * self.stream.frame_bytes * self.frames(Fate.DELIVERED) / self.duration_s


def check_duration(duration_s: float) -> None:
    """Refuse a duration that is no positive number."""
    positive("duration, s", duration_s)


def simulate(
    hardware: EarbudHardware,
    stream: Stream,
    link: Link,
    *,
    duration_s: float,
    seed: int = 1,
    advance: Callable[[int], None] = lambda seconds: None,
) -> Timeline:
    """Run an earbud for a while.

    Parameters
    ----------
    duration_s : simulated time
    seed : 0 or larger; the same gives the same run
    advance : told, each simulated second, how many have passed

    Raises
    ------
    TimelineError
        The duration or the seed is out of range, or the SPI is too slow for the converter.
    """
    check_duration(duration_s)
    at_least("seed", seed, 0)
    if hardware.afe.read_s * stream.rate_hz > 1:
        read_us = hardware.afe.read_s * 1e6
        raise TimelineError(
            f"SPI clock = {hardware.afe.spi_hz:g} Hz: a sample takes {read_us:.0f} us to read, and another comes "
            f"every {1e6 / stream.rate_hz:.0f} us; raise the clock or lower the rate"
        )
    if stream.channels > hardware.afe.chip_channels:
        raise TimelineError(
            f"channels = {stream.channels}: {hardware.afe.name} has {hardware.afe.chip_channels}; take a larger one"
        )
    streams = np.random.SeedSequence(seed).spawn(3)
    clock_rng, radio_rng, host_rng = (np.random.default_rng(each) for each in streams)

    tolerance = hardware.afe.oscillator_tolerance
    period_s = 1 / (stream.rate_hz * (1 + clock_rng.uniform(-tolerance, tolerance)))
    blocks = int(duration_s / (period_s * stream.block_samples))
    ready_s: NDArray[np.float64] = period_s * np.arange(1.0, blocks * stream.block_samples + 1)
    frames = blocks * stream.frames_per_block
    journal = Journal(np.full(frames, Fate.IN_FLIGHT, np.int8), np.full(frames, np.nan))

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
    journal.usage.cpu_active_s = min(journal.usage.cpu_active_s, duration_s)  # work begun is counted whole
    return Timeline(
        hardware,
        link,
        stream,
        duration_s,
        seed,
        journal.usage,
        ready_s,
        journal.fate,
        journal.arrival_s,
        np.array(journal.level_s),
        np.array(journal.level_bytes, np.int64),
    )


def _report(env: simpy.Environment, advance: Callable[[int], None]) -> Process:
    while True:
        yield env.timeout(PROGRESS_S)
        advance(round(env.now))
