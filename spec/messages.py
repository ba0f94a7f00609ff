"""The messages on the link between host and earbud, and their payloads. All integers are little endian.

A session, host on the left::

    HELLO              ->              opens the session that it numbers, and ends one of another number
                       <-  HELLO       who the earbud is, what it can do, its self test; said unasked at boot too
    CONFIGURE          ->              the host's design hash, the source of samples, and the taps wanted
                       <-  STATUS
    START              ->              the number of the run, and of its first sample; the tokenizer begins anew
                       <-  STATUS      with the first credit
    SAMPLES, SAMPLES.. ->              never beyond the credit
                       <-  TOKENS, TICK, CODES, STATUS ..    a STATUS for each SAMPLES; where the samples are a
                                       converter's, after each patch and when an electrode comes off or on
    QUERY              ->              at any time; changes nothing
                       <-  STATUS
    STOP               ->
                       <-  STATUS      CONFIGURED, after the last token

Every command may be lost and every one may be repeated: HELLO and START name what they begin, so that it begins once,
and the others say what is to be. STATUS holds all that the host must know to go on, and each one mends the loss of
those before it. The payloads that carry signals are in `earloop.spec.signal_messages`; `docs/firmware.md` says what
either end does about each fault of the line.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Self

from earloop.spec.errors import LinkError

PROTOCOL_VERSION = 2


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
    QUERY = 9
    CODES = 10
    TICK = 11


class State(IntEnum):
    """What an earbud is doing."""

    IDLE = 0
    CONFIGURED = 1
    RUNNING = 2
    STOPPING = 3  # no more samples are taken; what was made of the last ones is on its way


class ErrorCode(IntEnum):
    """Why an earbud refuses a frame; CORRUPT and LOST are notices, which refuse none."""

    DESIGN_MISMATCH = 1  # detail: 0
    BAD_STATE = 2  # detail: the state it is in
    BAD_LENGTH = 3  # detail: bytes of payload received
    LOST = 4  # detail: how many frames never came, of which `sequence` is the first
    OVERRUN = 5  # detail: the credit, the first sample that may not be sent yet
    UNKNOWN_MESSAGE = 6  # detail: the type received
    CORRUPT = 7  # detail: corrupt frames since boot
    UNSUPPORTED = 8  # detail: taps that it can emit, and sources times 2^16
    INDEX = 9  # detail: sample index expected
    RUN = 10  # detail: the number that the next run will have


class Tap(IntFlag):
    """Points of the signal path that a device can emit."""

    DECIMATED = 1
    NOTCHED = 2
    BANDS = 4
    TOKENS = 8
    CODES = 16


class Source(IntFlag):
    """Where an earbud's samples come from: CONFIGURE names one, HELLO all that there are."""

    INJECTED = 1  # the host's SAMPLES
    SPI = 2  # its own converter
    BRIDGE = 4  # a converter at the far end of a second serial line


class Fault(IntEnum):
    """What is wrong with an earbud, or was when it booted."""

    NONE = 0
    KERNEL = 1  # self test: the tokenizer is not the golden model
    MEMORY = 2  # self test: RAM does not hold what is written
    CONVERTER_ID = 3  # no converter, or another
    CONVERTER_REGISTERS = 4  # a register does not hold what was written
    CONVERTER_SILENT = 5  # no data ready in time
    CONVERTER_STATUS = 6  # a sample that does not begin as samples do
    CONVERTER_RESET = 7  # its registers went back to what they are after a reset
    OVERRUN = 8  # a sample came before the last was taken
    WATCHDOG = 9  # this boot is the watchdog's
    CRASH = 10  # this boot follows a fault of the processor


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
class Opening(_Fixed):
    """HELLO, host to earbud. `session` is any number but 0, and not that of an earlier session."""

    LAYOUT: ClassVar = struct.Struct("<I")

    session: int


@dataclass(frozen=True)
class Hello(_Fixed):
    """HELLO, earbud to host.

    serial, build : the chip's number, the firmware's
    taps, sources : all that it can emit, all that it can take samples from
    boots : resets since power-up
    self_test : `Fault` that the self test found
    boot_cause : `Fault` that led to this boot; NONE after power-up and a reset asked for
    session : the host's, 0 before it gave one
    frames_out : as in STATUS
    """

    LAYOUT: ClassVar = struct.Struct("<B32s8s12sHBBBBBBHBBII")

    protocol: int
    design_hash: bytes
    build: bytes
    serial: bytes
    taps: int
    sources: int
    channels: int
    bands: int
    patch: int
    samples_per_frame: int
    credit_frames: int
    boots: int
    self_test: int
    boot_cause: int
    session: int
    frames_out: int

    @classmethod
    def version_of(cls, payload: bytes) -> int:
        """The protocol version of a HELLO of any version: its first byte, whatever follows; 0 of an empty payload."""
        return int.from_bytes(payload[:1])


@dataclass(frozen=True)
class Configure(_Fixed):
    """Host to earbud."""

    LAYOUT: ClassVar = struct.Struct("<32sHB")

    design_hash: bytes
    taps: int
    source: int


@dataclass(frozen=True)
class Start(_Fixed):
    """Host to earbud: begin run number `run`, one more than the last, of which sample `first` is the first.

    A START that names the last run again begins nothing and is answered all the same.
    """

    LAYOUT: ClassVar = struct.Struct("<IH")

    first: int
    run: int


@dataclass(frozen=True)
class Status(_Fixed):
    """Earbud to host.

    fault : the converter's last `Fault` since START, else that of the boot
    run : runs since boot; the number of the one that goes on or ended last. A converter that was started anew begins
        the next by itself, for no sample can follow those before
    first : the run's first sample
    credit : first sample that may not be sent yet
    received : the sample that comes next; all before it, from START's `first` on, were taken
    ticks, tick_clocks, tick_clocks_max : tokenizer ticks of this run, core clocks spent in them, and in the longest one
    saturated_inputs, saturated_bands, saturated_tokens : samples of this run that clipped, at each tap
    lead_off_p, lead_off_n : electrodes that the converter finds off, a bit a channel, with the last sample
    restarts : how often since START the converter was started anew
    expected : number of the host's next frame
    frames_in, missing_in, stale_in, corrupt_in : since boot: frames of the host that came, that never came, that came
        late or twice and were dropped, and that did not decode
    frames_out : frames sent since boot before this one, which modulo 2^16 is this one's number
    """

    LAYOUT: ClassVar = struct.Struct("<IBBHBHHIIIIQIIIIBBHHIIIII")

    session: int
    state: int
    source: int
    taps: int
    fault: int
    boots: int
    run: int
    first: int
    credit: int
    received: int
    ticks: int
    tick_clocks: int
    tick_clocks_max: int
    saturated_inputs: int
    saturated_bands: int
    saturated_tokens: int
    lead_off_p: int
    lead_off_n: int
    restarts: int
    expected: int
    frames_in: int
    missing_in: int
    stale_in: int
    corrupt_in: int
    frames_out: int


@dataclass(frozen=True)
class Error(_Fixed):
    """Earbud to host: a message was refused, and has changed nothing.

    sequence : the number of the frame that was refused; of a corrupt one, the number that was expected
    """

    LAYOUT: ClassVar = struct.Struct("<BHI")

    code: int
    sequence: int
    detail: int
