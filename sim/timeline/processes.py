"""The parts of the earbud as SimPy processes: sampler, CPU, frame buffer.

    converter --DMA--> inbox of 2 ticks --CPU--> frame buffer --radio or wire--> host

If a stage is full, it drops the newest data, so that the data in progress at the next stage stay complete.
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
from earloop.sim.timeline.stream import BlockStream

INBOX_TICKS = 2  # the DMA fills one, while the CPU processes the other

Process = Generator[simpy.Event, Any, None]


class FrameFate(IntEnum):
    """The final state of a frame."""

    IN_FLIGHT = 0  # at the end of the run not produced yet, in the buffer, or on the air
    DELIVERED = 1  # the host received it
    MISSED = 2  # the CPU was late, and a sample of the frame's block was lost
    OVERRUN = 3  # the frame buffer was full
    LOST = 4  # the radio dropped it after its last attempt, or the connection was lost


@dataclass(kw_only=True)
class BusyTime:
    """Active times of the parts, and counts of their events."""

    cpu_active_s: float = 0.0
    radio_tx_s: float = 0.0
    radio_rx_s: float = 0.0  # the spaces between packets count as receiving
    radio_events: int = 0
    packets: int = 0  # sent packets with data, including repeated ones
    failures: int = 0  # failed exchanges, including empty ones
    disconnects: int = 0


@dataclass(kw_only=True)
class Journal:
    """The results of a run, by frame in the order of production; times in s, NaN for frames that never arrived."""

    fate: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    usage: BusyTime = field(default_factory=BusyTime)
    level_s: list[float] = field(default_factory=list)
    level_bytes: list[int] = field(default_factory=list)


class Cpu:
    """One core. Interrupts lengthen the work in progress."""

    def __init__(self, env: simpy.Environment, controller: Controller, usage: BusyTime) -> None:
        self._env, self._controller, self._usage = env, controller, usage
        self._working = False
        self._interrupted_s = 0.0

    def work(self, instructions: float) -> Process:
        """Execute so many instructions, and wait until they are done."""
        remaining_s = self._spend(instructions)
        self._working = True
        while remaining_s:
            yield self._env.timeout(remaining_s)
            remaining_s, self._interrupted_s = self._interrupted_s, 0.0
        self._working = False

    def interrupt_by_radio(self) -> None:
        """Execute the interrupt of a connection event, before any other work."""
        seconds = self._spend(self._controller.radio_event_instructions)
        if self._working:
            self._interrupted_s += seconds

    def _spend(self, instructions: float) -> float:
        seconds = self._controller.seconds(instructions)
        self._usage.cpu_active_s += seconds
        return seconds


@dataclass
class Packet:
    """Bytes of one packet; `ends` are the frames whose last byte it has, `touches` all frames of which it has bytes."""

    size: int
    ends: list[int]
    touches: list[int]


class FrameBuffer:
    """A first-in first-out queue of bytes with their frames. Bytes stay in it until they have arrived or are lost."""

    def __init__(self, env: simpy.Environment, capacity_bytes: int, journal: Journal) -> None:
        self._env, self._capacity, self._journal = env, capacity_bytes, journal
        self._frames: deque[tuple[int, int]] = deque()  # frame, number of its bytes that are not taken yet
        self._level = 0
        self._wake = env.event()

    def put(self, frame: int, size: int) -> None:
        """Queue a frame, or drop it if it does not fit."""
        if self._level + size > self._capacity:
            self._journal.fate[frame] = FrameFate.OVERRUN
            return
        self._frames.append((frame, size))
        self._note(size)
        if not self._wake.triggered:
            self._wake.succeed()

    def filled(self) -> simpy.Event:
        """Return an event that occurs as soon as the queue has bytes."""
        if self._wake.triggered and not self._frames:
            self._wake = self._env.event()
        return self._wake

    def take(self, most_bytes: int) -> Packet:
        """Return the oldest bytes, `most_bytes` or fewer; an empty packet if the queue is empty."""
        packet = Packet(0, [], [])
        while self._frames and packet.size < most_bytes:
            frame, remaining = self._frames.popleft()
            part = min(remaining, most_bytes - packet.size)
            packet.size += part
            packet.touches.append(frame)
            if part == remaining:
                packet.ends.append(frame)
            else:
                self._frames.appendleft((frame, remaining - part))
        return packet

    def delivered(self, packet: Packet, arrival_s: float) -> None:
        """Mark the frames that a packet ends as delivered, unless earlier parts of them were lost."""
        fate, arrival = self._journal.fate, self._journal.arrival_s
        for frame in packet.ends:
            if fate[frame] != FrameFate.LOST:
                fate[frame] = FrameFate.DELIVERED
                arrival[frame] = arrival_s
        self._note(-packet.size)

    def lost(self, packet: Packet) -> None:
        """Mark all frames of a lost packet as lost, because they cannot pass their CRC."""
        self._journal.fate[packet.touches] = FrameFate.LOST
        self._note(-packet.size)

    def __bool__(self) -> bool:
        return bool(self._frames)

    def _note(self, change: int) -> None:
        if change:
            self._level += change
            self._journal.level_s.append(self._env.now)
            self._journal.level_bytes.append(self._level)


def sample(
    env: simpy.Environment, stream: BlockStream, tick_ready_s: NDArray[np.float64], inbox: simpy.Store, journal: Journal
) -> Process:
    """Put each tick into the inbox when the DMA has it; if the inbox is full, the tick's whole block is missed."""
    for tick, ready_s in enumerate(tick_ready_s.tolist()):
        yield env.timeout(ready_s - env.now)
        if len(inbox.items) < INBOX_TICKS:
            inbox.put(tick)
        else:
            journal.fate[_frames_of(stream, tick)] = FrameFate.MISSED


def compute(stream: BlockStream, cpu: Cpu, inbox: simpy.Store, buffer: FrameBuffer, journal: Journal) -> Process:
    """Process each tick; after the last one of a block, produce its frames one by one.

    The interrupts of a tick's samples are executed with the tick. No work is omitted, but the last sample is late by
    the interrupts of the others, a few microseconds.
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
            if journal.fate[frame] != FrameFate.MISSED:
                yield from cpu.work(frame_work)
                buffer.put(frame, stream.frame_bytes)


def _frames_of(stream: BlockStream, tick: int) -> slice:
    block = tick // stream.block_ticks
    return slice(block * stream.frames_per_block, (block + 1) * stream.frames_per_block)
