"""An earbud that knows the protocol and means ill, by a strategy drawn from a seed.

It is the real firmware, whose frames are changed on their way to the host, numbered anew so that the host takes them
for sound, and joined by frames of its own making. Every case begins honest, so that each stage is reached, and turns at
a frame that is drawn.
"""

from __future__ import annotations

import os
import random
import select
import struct
import threading
import time
import tty
from dataclasses import fields, replace

import serial

from earloop.firmware.loopback import Loopback
from earloop.spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import Error, Hello, MessageType, Status
from earloop.spec.signal_messages import Tokens

WILD = (0, 1, 2, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)
COST_S = 0.001  # of the virtual time: what a read of the host takes that brings something
BUS_COST_S = 0.25  # where a converter's samples, which are simulated, come with each read
DRIP_S = 0.2  # from byte to byte of a slow earbud


class Strategy:
    """What becomes of each frame of an honest earbud: a list of the bytes to send in its place.

    ways : by name, of which each case follows one or two
    """

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ways = self.random.sample(sorted(WAYS), self.random.choice((1, 1, 2)))
        self.turns = self.random.choice((0, 1, 2, 3, self.random.randrange(4, 40), self.random.randrange(4, 120)))
        self.share = self.random.choice((1.0, 1.0, 0.3))  # of frames, once it has turned
        self.frames = 0
        self.number = 0  # of the next frame to the host
        self.session = self.boots = 0
        self.last_status = None
        self.held = []
        self.dead = self.deaf = self.gone = self.slow = False

    def says(self, stuffed):
        """What is sent where the firmware sends this frame."""
        frame = decode_frame(stuffed)
        self.frames += 1
        if frame.type is MessageType.HELLO:
            hello = Hello.unpack(frame.payload)
            self.session, self.boots, self.number = hello.session, hello.boots, hello.frames_out
        if frame.type is MessageType.STATUS:
            self.last_status = Status.unpack(frame.payload)
        if self.dead:
            return []
        if self.frames <= self.turns or self.random.random() >= self.share:
            return [self.numbered(frame)]
        sent = [frame]
        for way in self.ways:
            sent = [each for one in sent for each in (WAYS[way](self, one) if isinstance(one, Frame) else [one])]
        return [each if isinstance(each, bytes) else self.numbered(each) for each in sent]

    def unasked(self):
        """What is sent where the firmware has nothing to say: chatter, of those that chatter."""
        if self.dead or self.frames <= self.turns or self.last_status is None:
            return []
        if "chatters" in self.ways:
            return [self.numbered(Frame(MessageType.STATUS, 0, self.last_status.pack()))]
        return []

    def numbered(self, frame):
        """The frame under the next number, in all places where it bears it, so that the host takes it."""
        payload, kind = frame.payload, {MessageType.HELLO: Hello, MessageType.STATUS: Status}.get(frame.type)
        if kind is not None and len(payload) == kind.LAYOUT.size:
            payload = replace(kind.unpack(payload), frames_out=self.number & 0xFFFFFFFF).pack()
        wire = encode_frame(Frame(frame.type, self.number & 0xFFFF, payload))
        self.number += 1
        return wire

    # ---- Ways to be hostile: each from a frame to what stands in its place ----

    def wild_field(self, frame):
        kind = {MessageType.HELLO: Hello, MessageType.STATUS: Status, MessageType.ERROR: Error}.get(frame.type)
        if kind is None or len(frame.payload) != kind.LAYOUT.size:
            return [self.wild_bytes(frame)]
        said = kind.unpack(frame.payload)
        name = self.random.choice([each.name for each in fields(kind)])
        value = getattr(said, name)
        if isinstance(value, bytes):
            changed = self.random.randbytes(len(value))
        else:
            changed = self.random.choice((*WILD, value + 1, value - 1, value + 160, value + 161))
        for bits in (64, 32, 16, 8):
            try:
                return [replace(frame, payload=replace(said, **{name: changed}).pack())]
            except struct.error:
                changed &= (1 << bits // 2) - 1
        return [frame]

    def wild_bytes(self, frame):
        payload = bytearray(frame.payload)
        if payload:
            payload[self.random.randrange(len(payload))] = self.random.choice((0, 1, 0xFF, self.random.randrange(256)))
        return replace(frame, payload=bytes(payload))

    def lies_of_credit(self, frame):
        if frame.type is not MessageType.STATUS or len(frame.payload) != Status.LAYOUT.size:
            return [frame]
        status = Status.unpack(frame.payload)
        credit = self.random.choice((0, 2**32 - 1, status.received, max(0, status.received - 20), status.credit + 1))
        return [replace(frame, payload=replace(status, credit=credit).pack())]

    def lies_of_progress(self, frame):
        if frame.type is not MessageType.STATUS or len(frame.payload) != Status.LAYOUT.size:
            return [frame]
        status = Status.unpack(frame.payload)
        received = self.random.choice((0, 2**32 - 1, max(0, status.received - 1), status.received + 1))
        return [replace(frame, payload=replace(status, received=received).pack())]

    def other_token(self, frame):
        return [self.flipped(frame, 0)]

    def other_values(self, frame):
        return [self.flipped(frame, Tokens.HEADER.size)]

    def flipped(self, frame, first):
        if frame.type is not MessageType.TOKENS or len(frame.payload) <= first:
            return frame
        payload = bytearray(frame.payload)
        payload[self.random.randrange(first, len(payload))] ^= 1 << self.random.randrange(8)
        return replace(frame, payload=bytes(payload))

    def other_size(self, frame):
        size = self.random.choice((0, 1, len(frame.payload) - 1, len(frame.payload) + 1, 4000))
        return [replace(frame, payload=(frame.payload + bytes(4000))[: max(0, size)])]

    def other_type(self, frame):
        return [replace(frame, type=self.random.choice(list(MessageType)))]

    def unknown_type(self, frame):
        return [encode_frame(replace(frame, type=self.random.randrange(12, 256), sequence=self.number & 0xFFFF)), frame]

    def jumps(self, frame):
        self.number += self.random.choice((1, 5, 0x7FFF, 0x8000, 0xFFFF, 2**31))
        return [frame]

    def goes_back(self, frame):
        self.number = max(0, self.number - self.random.choice((1, 2, 100)))
        return [frame]

    def doubles(self, frame):
        wire = self.numbered(frame)
        return [wire] * self.random.choice((2, 3, 50))

    def says_again(self, frame):
        return [frame, frame]  # under a new number

    def reverses(self, frame):
        self.held.append(self.numbered(frame))
        if len(self.held) < 6:
            return []
        held, self.held = self.held[::-1], []
        return held

    def cuts(self, frame):
        wire = self.numbered(frame)
        return [wire[: self.random.randrange(len(wire))] + b"\0" * self.random.randrange(2)]

    def goes_on_and_on(self, frame):
        return [b"\1" * 100_000, frame]

    def errors(self, frame):
        codes = [self.random.choice((*range(12), 255)) for _ in range(20)]
        details = [self.random.choice(WILD) for _ in codes]
        storm = [
            Frame(MessageType.ERROR, 0, Error(c, 0xFFFF & d, d).pack()) for c, d in zip(codes, details, strict=True)
        ]
        return [*storm, frame]

    def harmless_errors(self, frame):
        return [Frame(MessageType.ERROR, 0, Error(4, 0, 1).pack())] * 20 + [frame]

    def hellos(self, frame):
        hello = Frame(MessageType.HELLO, 0, self.hello(self.random.choice((0, self.session)), self.boots))
        return [hello, frame]

    def reboots(self, frame):
        return [Frame(MessageType.HELLO, 0, self.hello(0, self.boots + 1)), frame]

    def hello(self, session, boots):
        said = [2, bytes(32), b"12345678", b"serialnumber", 8, 1, 4, 12, 50, 20, 8, boots & 0xFFFF, 0, 0, session, 0]
        return Hello(*said).pack()

    def chatters(self, frame):
        return [] if frame.type is not MessageType.STATUS else [frame]

    def falls_silent(self, frame):
        self.dead = True
        return []

    def goes_deaf(self, frame):
        self.deaf = True
        return [frame]

    def goes_away(self, frame):
        self.gone = True
        return [frame]

    def drips(self, frame):
        self.slow = True
        return [frame]

    def noise(self, frame):
        return [self.random.randbytes(self.random.randrange(200)), frame]


WAYS = {
    name: way
    for name, way in vars(Strategy).items()
    if callable(way) and name not in ("__init__", "says", "unasked", "numbered", "hello", "wild_bytes", "flipped")
}


class Hostile(Loopback):
    """The earbud in this process, whose time passes as it is read, and a little with each read."""

    def __init__(self, fixed, library, strategy, **options):
        super().__init__(fixed, library, **options)
        self.strategy, self._splitter, self._ready = strategy, FrameSplitter(), bytearray()
        self.write_s = 5.0
        self.cost_s = BUS_COST_S if "bus" in options else COST_S

    def _check(self):
        if self.strategy.gone:
            raise serial.SerialException("device disconnected")

    def write(self, data):
        self._check()
        if self.strategy.deaf:
            self.wait(self.write_s)
            raise serial.SerialTimeoutException("Write timeout")
        return super().write(data)

    def _fetch(self):
        self._check()
        waiting = super().in_waiting
        honest = self._splitter.push(super().read(waiting) if waiting else b"")
        for stuffed in honest:
            self._ready += b"".join(self.strategy.says(stuffed))
        if not self._ready:
            self._ready += b"".join(self.strategy.unasked())

    @property
    def in_waiting(self):
        self._fetch()
        return 1 if self._ready and self.strategy.slow else len(self._ready)

    def read(self, size=1):
        self._fetch()
        if not self._ready:
            self.wait(self.timeout or self.cost_s)
            return b""
        self.wait(DRIP_S if self.strategy.slow else self.cost_s)
        size = 1 if self.strategy.slow else size
        read = bytes(self._ready[:size])
        del self._ready[:size]
        return read

    def reset_input_buffer(self):
        self._fetch()
        self._ready.clear()


class OnAPty:
    """A hostile earbud on a pseudo terminal, in real time; a context manager. `name` is its port."""

    def __init__(self, fixed, library, strategy):
        self._earbud, self._strategy, self._splitter = Loopback(fixed, library), strategy, FrameSplitter()
        self._over = threading.Event()

    def __enter__(self):
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.name = os.ttyname(self._theirs)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join(60)
        self._hang_up()

    def _hang_up(self):
        for end in (self._ours, self._theirs):
            if end is not None:
                os.close(end)
        self._ours = self._theirs = None

    def _serve(self):
        ready = b""
        while not self._over.is_set() and not self._strategy.gone:
            readable = select.select([] if self._strategy.deaf else [self._ours], [], [], 0.005)[0]
            if readable:
                self._hear()
            waiting = self._earbud.in_waiting
            for stuffed in self._splitter.push(self._earbud.read(waiting) if waiting else b""):
                ready += b"".join(self._strategy.says(stuffed))
            ready = ready or b"".join(self._strategy.unasked())
            ready = self._send(ready)
        if self._strategy.gone:
            self._hang_up()

    def _hear(self):
        heard = os.read(self._ours, 4096)
        while heard:
            heard = heard[self._earbud.write(heard) :]

    def _send(self, ready):
        """As much as the line takes, or a byte now and then; returns the rest."""
        if not ready or not select.select([], [self._ours], [], 0)[1]:
            return ready
        if self._strategy.slow:
            time.sleep(DRIP_S / 10)
        return ready[os.write(self._ours, ready[: 1 if self._strategy.slow else 4096]) :]
