"""The earbud's inner parts as SimPy processes: sampler, CPU, frame buffer.

    converter --DMA--> inbox of 2 ticks --CPU--> frame buffer --radio or wire--> host

Whatever does not fit is the newest, and is dropped: what the next stage has begun with stays whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from earloop.sim.timeline.hardware import Controller
from earloop.sim.timeline.stream import Stream

INBOX_TICKS = 2  # one that the DMA fills, one that the CPU works on

Process = Generator[simpy.Event, Any, None]


class Fate(IntEnum):
    """What became of a frame."""

    IN_FLIGHT = 0  # not made yet, in the buffer, or on the air when the run ended
    DELIVERED = 1
    MISSED = 2  # the CPU was late and a sample of its block is gone
    OVERRUN = 3  # the frame buffer was full
    LOST = 4  # given up by the radio, or gone with a connection


@dataclass
class Usage:
    """How long, or how often, each part was at work."""

    cpu_active_s: float = 0.0
    radio_tx_s: float = 0.0
    radio_rx_s: float = 0.0  # turning round between packets is counted as receiving
    radio_events: int = 0
    packets: int = 0  # sent with data, repeated ones too
    failures: int = 0  # exchanges that failed, empty ones too
    disconnects: int = 0


@dataclass
class Journal:
    """What a run leaves, by frame in the order of making; times in s, NaN where it never came to that."""

    fate: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    usage: Usage = field(default_factory=Usage)
    level_s: list[float] = field(default_factory=list)
    level_bytes: list[int] = field(default_factory=list)


class Cpu:
    """One core. Interrupts lengthen the work that they meet."""

    def __init__(self, env: simpy.Environment, controller: Controller, usage: Usage) -> None:
        self._env, self._controller, self._usage = env, controller, usage
        self._working = False
        self._stolen_s = 0.0

    def work(self, instructions: float) -> Process:
        """Execute, and wait until it is done."""
        left_s = self._spend(instructions)
        self._working = True
        while left_s:
            yield self._env.timeout(left_s)
            left_s, self._stolen_s = self._stolen_s, 0.0
        self._working = False

    def interrupt_by_radio(self) -> None:
        """What the radio's connection event costs, at once and ahead of everything."""
        seconds = self._spend(self._controller.radio_event_instructions)
        if self._working:
            self._stolen_s += seconds

    def _spend(self, instructions: float) -> float:
        seconds = self._controller.seconds(instructions)
        self._usage.cpu_active_s += seconds
        return seconds


@dataclass
class Packet:
    """Bytes on their way: `ends` are the frames that it completes, `touches` all of which it carries something."""

    size: int
    ends: list[int]
    touches: list[int]


class FrameBuffer:
    """A first-in first-out queue of bytes, which knows its frames. Bytes leave it when they have arrived."""

    def __init__(self, env: simpy.Environment, capacity_bytes: int, journal: Journal) -> None:
        self._env, self._capacity, self._journal = env, capacity_bytes, journal
        self._frames: deque[tuple[int, int]] = deque()  # frame, bytes of it that are still to be taken
        self._level = 0
        self._wake = env.event()

    def put(self, frame: int, size: int) -> None:
        """Queue a frame, or drop it when it does not fit."""
        if self._level + size > self._capacity:
            self._journal.fate[frame] = Fate.OVERRUN
            return
        self._frames.append((frame, size))
        self._note(size)
        if not self._wake.triggered:
            self._wake.succeed()

    def filled(self) -> simpy.Event:
        """Happens as soon as something waits here."""
        if self._wake.triggered and not self._frames:
            self._wake = self._env.event()
        return self._wake

    def take(self, most_bytes: int) -> Packet:
        """The oldest bytes, at most so many; an empty packet where none wait."""
        packet = Packet(0, [], [])
        while self._frames and packet.size < most_bytes:
            frame, left = self._frames.popleft()
            part = min(left, most_bytes - packet.size)
            packet.size += part
            packet.touches.append(frame)
            if part == left:
                packet.ends.append(frame)
            else:
                self._frames.appendleft((frame, left - part))
        return packet

    def delivered(self, packet: Packet, arrival_s: float) -> None:
        """The packet has reached the host: so have the frames that it ends, unless earlier parts were lost."""
        fate, arrival = self._journal.fate, self._journal.arrival_s
        for frame in packet.ends:
            if fate[frame] != Fate.LOST:
                fate[frame] = Fate.DELIVERED
                arrival[frame] = arrival_s
        self._note(-packet.size)

    def lost(self, packet: Packet) -> None:
        """The packet is gone: its frames will not pass their CRC."""
        self._journal.fate[packet.touches] = Fate.LOST
        self._note(-packet.size)

    def __bool__(self) -> bool:
        return bool(self._frames)

    def _note(self, change: int) -> None:
        if change:
            self._level += change
            self._journal.level_s.append(self._env.now)
            self._journal.level_bytes.append(self._level)


def sample(
    env: simpy.Environment, stream: Stream, tick_ready_s: NDArray[np.float64], inbox: simpy.Store, journal: Journal
) -> Process:
    """Put each tick into the inbox once the DMA has it; where there is no room, its whole block is missed."""
    for tick, ready_s in enumerate(tick_ready_s.tolist()):
        yield env.timeout(ready_s - env.now)
        if len(inbox.items) < INBOX_TICKS:
            inbox.put(tick)
        else:
            journal.fate[_frames_of(stream, tick)] = Fate.MISSED


def compute(stream: Stream, cpu: Cpu, inbox: simpy.Store, buffer: FrameBuffer, journal: Journal) -> Process:
    """Work on each tick; after the last one of a block, make its frames one by one.

    The interrupts of a tick's samples are worked off with it: no work is left out, and the last sample is late by
    those of the others, a few microseconds.
    """
    tick_work = stream.tick_instructions + stream.tick_samples * stream.sample_instructions
    frame_work = stream.frame_bytes * stream.byte_instructions
    while True:
        tick = yield inbox.get()
        yield from cpu.work(tick_work)
        if tick % stream.block_ticks != stream.block_ticks - 1:
            continue
        frames = _frames_of(stream, tick)
        for frame in range(frames.start, frames.stop):
            if journal.fate[frame] != Fate.MISSED:
                yield from cpu.work(frame_work)
                buffer.put(frame, stream.frame_bytes)


def _frames_of(stream: Stream, tick: int) -> slice:
    block = tick // stream.block_ticks
    return slice(block * stream.frames_per_block, (block + 1) * stream.frames_per_block)
