"""The messages on the link between host and earbud, and their payloads. All integers are little endian.

A session, host on the left::

    HELLO (empty)      ->              ends whatever went before
                       <-  HELLO       who the earbud is: design hash, build, capabilities; said unasked at boot too
    CONFIGURE          ->              the host's design hash and the taps wanted; another hash is refused with ERROR
                       <-  STATUS
    START              ->              forget everything; sample 0 is next
                       <-  STATUS      with the first credit
    SAMPLES, SAMPLES.. ->              never beyond the credit
                       <-  TOKENS, STATUS ..   a STATUS for each SAMPLES
    STOP               ->
                       <-  STATUS      after the last token

Credit is absolute: the index of the first sample that may not be sent yet. A STATUS that is lost is mended by the next.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from spec.errors import LinkError

PROTOCOL_VERSION = 1
SAMPLE_BYTES = 3  # a converter code, two's complement


class MessageType(IntEnum):
    """First byte of every frame."""

    HELLO = 1
    CONFIGURE = 2
    START = 3
    SAMPLES = 4
    TOKENS = 5
    STATUS = 6
    STOP = 7
    ERROR = 8


class State(IntEnum):
    """What an earbud is doing."""

    IDLE = 0
    CONFIGURED = 1
    RUNNING = 2


class ErrorCode(IntEnum):
    """Why an earbud refuses."""

    DESIGN_MISMATCH = 1  # detail: 0
    BAD_STATE = 2  # detail: the state it is in
    BAD_LENGTH = 3  # detail: bytes of payload received
    SEQUENCE = 4  # detail: sequence number expected
    OVERRUN = 5  # detail: the credit, the first sample that may not be sent yet
    UNKNOWN_MESSAGE = 6  # detail: the type received
    CORRUPT = 7  # detail: corrupt frames since boot
    UNSUPPORTED = 8  # detail: taps that it can emit
    INDEX = 9  # detail: sample index expected


class Tap(IntFlag):
    """Points of the signal path that a device can emit."""

    DECIMATED = 1
    NOTCHED = 2
    BANDS = 4
    TOKENS = 8


class _Fixed:
    """A payload that is one struct."""

    LAYOUT: ClassVar[struct.Struct]

    def pack(self) -> bytes:
        return self.LAYOUT.pack(*astuple(self))  # type: ignore[call-overload]

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        if len(payload) != cls.LAYOUT.size:
            raise LinkError(f"{cls.__name__} of {len(payload)} bytes: wanted {cls.LAYOUT.size}")
        return cls(*cls.LAYOUT.unpack(payload))


@dataclass(frozen=True)
class Hello(_Fixed):
    """Earbud to host. `serial` is the chip's number, `build` the firmware's; `boots` counts resets since power-up."""

    LAYOUT: ClassVar = struct.Struct("<B32s8s12sHBBBBBH")

    protocol: int
    design_hash: bytes
    build: bytes
    serial: bytes
    taps: int
    channels: int
    bands: int
    patch: int
    samples_per_frame: int
    credit_frames: int
    boots: int


@dataclass(frozen=True)
class Configure(_Fixed):
    """Host to earbud."""

    LAYOUT: ClassVar = struct.Struct("<32sH")

    design_hash: bytes
    taps: int


@dataclass(frozen=True)
class Status(_Fixed):
    """Earbud to host. Counters run since START, `corrupt` since boot.

    credit : first sample that may not be sent yet
    received : samples taken
    ticks : tokenizer ticks run
    tick_clocks, tick_clocks_max : core clocks spent in the tokenizer, in all and in the longest tick
    saturated : token samples that clipped
    corrupt : frames dropped because they did not decode
    """

    LAYOUT: ClassVar = struct.Struct("<BIIIQIII")

    state: int
    credit: int
    received: int
    ticks: int
    tick_clocks: int
    tick_clocks_max: int
    saturated: int
    corrupt: int


@dataclass(frozen=True)
class Error(_Fixed):
    """Earbud to host: a message was refused, and has changed nothing.

    sequence : the number of the frame that was refused; of a corrupt one, the number that was expected
    """

    LAYOUT: ClassVar = struct.Struct("<BHI")

    code: int
    sequence: int
    detail: int


@dataclass(frozen=True)
class Samples:
    """Host to earbud: `codes`, int32, shape [samples, channels], of which `first` is the index of the first row."""

    HEADER: ClassVar = struct.Struct("<I")

    first: int
    codes: NDArray[np.int32]

    def pack(self) -> bytes:
        words = self.codes.astype("<i4").reshape(-1, 1).view(np.uint8)
        return self.HEADER.pack(self.first) + words[:, :SAMPLE_BYTES].tobytes()

    @classmethod
    def unpack(cls, payload: bytes, channels: int) -> Self:
        row = SAMPLE_BYTES * channels
        body = payload[cls.HEADER.size :]
        if len(payload) < cls.HEADER.size or len(body) % row:
            raise LinkError(f"Samples of {len(payload)} bytes: wanted {cls.HEADER.size} and a multiple of {row}")
        padded = np.zeros((len(body) // SAMPLE_BYTES, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, SAMPLE_BYTES)
        return cls(cls.HEADER.unpack_from(payload)[0], (padded.view("<i4") >> 8).reshape(-1, channels).astype(np.int32))


@dataclass(frozen=True)
class Tokens:
    """Earbud to host: one token, `values` int16, shape [patch]."""

    HEADER: ClassVar = struct.Struct("<IBB")

    patch_index: int
    channel: int
    band: int
    values: NDArray[np.int16]

    def pack(self) -> bytes:
        return self.HEADER.pack(self.patch_index, self.channel, self.band) + self.values.astype("<i2").tobytes()

    @classmethod
    def unpack(cls, payload: bytes, patch: int) -> Self:
        wanted = cls.HEADER.size + 2 * patch
        if len(payload) != wanted:
            raise LinkError(f"Tokens of {len(payload)} bytes: wanted {wanted}")
        values = np.frombuffer(payload, "<i2", offset=cls.HEADER.size).astype(np.int16)
        patch_index, channel, band = cls.HEADER.unpack_from(payload)
        return cls(patch_index, channel, band, values)
