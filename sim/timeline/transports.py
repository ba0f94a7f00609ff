"""The transport to the host as SimPy processes: a BLE radio on a fading channel, or a wire; and the host's delay."""

from __future__ import annotations

import numpy as np
import simpy

from earloop.sim.timeline.link import IFS_S, BleLink, UartLink
from earloop.sim.timeline.processes import BusyTime, Cpu, FrameBuffer, Packet, Process


class Host:
    """The host's driver and scheduler, which add a random lag and keep the order."""

    def __init__(self, lag_max_s: float, rng: np.random.Generator) -> None:
        self._lag_max_s, self._rng = lag_max_s, rng
        self._last_s = 0.0

    def arrival_s(self, now_s: float) -> float:
        """Draw the time at which the host's program receives data that reached the host at `now_s`."""
        # The density falls linearly from 0 to the largest lag: the smaller of two uniform draws.
        lag_s = self._lag_max_s * float(self._rng.random(2).min())
        self._last_s = max(self._last_s, now_s + lag_s)
        return self._last_s


class Channel:
    """The channel of Gilbert and Elliott; `error` is the present packet error rate."""

    def __init__(self, env: simpy.Environment, link: BleLink, rng: np.random.Generator) -> None:
        self.error = link.fading.good_error
        self._env, self._fading, self._rng = env, link.fading, rng
        env.process(self._fade())

    def _fade(self) -> Process:
        fading = self._fading
        while True:
            for mean_s, error in ((fading.good_s, fading.good_error), (fading.bad_s, fading.bad_error)):
                self.error = error
                yield self._env.timeout(self._rng.exponential(mean_s))


def send_by_wire(env: simpy.Environment, link: UartLink, frame_bytes: int, buffer: FrameBuffer, host: Host) -> Process:
    """Send one frame after the other; all have `frame_bytes`."""
    while True:
        yield buffer.filled()
        packet = buffer.take(frame_bytes)
        yield env.timeout(link.seconds(packet.size))
        buffer.delivered(packet, host.arrival_s(env.now))


class Ble:
    """The peripheral of a connection; it repeats a packet until arrival, the last attempt, or a lost connection."""

    def __init__(
        self,
        env: simpy.Environment,
        link: BleLink,
        cpu: Cpu,
        buffer: FrameBuffer,
        host: Host,
        usage: BusyTime,
        rng: np.random.Generator,
    ) -> None:
        self._env, self._link, self._cpu, self._buffer = env, link, cpu, buffer
        self._host, self._usage, self._rng = host, usage, rng
        self._channel = Channel(env, link, rng)
        self._packet = Packet(0, [], [])
        self._attempts = 0
        self._last_exchange_s = 0.0

    def send(self) -> Process:
        """Run connection events; after a lost connection, connect again."""
        env, link = self._env, self._link
        while True:
            self._last_exchange_s = env.now
            anchor_s = env.now + self._rng.uniform(0, link.interval_s)
            while env.now - self._last_exchange_s <= link.supervision_s:
                yield env.timeout(anchor_s - env.now)
                yield from self._event()
                anchor_s += link.interval_s
            self._usage.disconnects += 1
            self._drop_packet()
            yield env.timeout(link.reconnect_s)

    def _event(self) -> Process:
        """Exchange packets until the buffer is empty, the event is full, or an exchange fails."""
        self._usage.radio_events += 1
        self._cpu.interrupt_by_radio()
        for _ in range(self._link.packets):
            if not self._packet.size:
                self._packet = self._buffer.take(self._link.payload_bytes)
            yield from self._airtime(self._packet.size)
            if self._rng.random() < self._channel.error:
                self._failed()
                return
            self._last_exchange_s = self._env.now
            if self._packet.size:
                self._buffer.delivered(self._packet, self._host.arrival_s(self._env.now))
            self._next_packet()
            if not self._buffer:
                return
            yield self._env.timeout(IFS_S)

    def _airtime(self, payload_bytes: int) -> Process:
        """Count a poll, a packet, and the spaces; the process ends with the packet's last bit."""
        link, usage = self._link, self._usage
        data_s = link.data_s(payload_bytes)
        usage.radio_rx_s += link.poll_s + 2 * IFS_S
        usage.radio_tx_s += data_s
        usage.packets += payload_bytes > 0
        yield self._env.timeout(link.poll_s + IFS_S + data_s)

    def _failed(self) -> None:
        self._usage.failures += 1
        self._attempts += self._packet.size > 0
        if self._attempts == self._link.max_attempts:
            self._drop_packet()

    def _drop_packet(self) -> None:
        if self._packet.size:
            self._buffer.lost(self._packet)
        self._next_packet()

    def _next_packet(self) -> None:
        self._packet = Packet(0, [], [])
        self._attempts = 0
