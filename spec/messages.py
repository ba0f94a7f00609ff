"""The messages on the link between host and earbud, and their payloads. All integers are little endian.

The messages of a link session, host on the left::

    HELLO              ->              opens the link session of its number, and ends one of another number
                       <-  HELLO       identity, capabilities and self test of the earbud; also sent at boot
    CONFIGURE          ->              the host's design hash, the source of samples, and the taps wanted
                       <-  STATUS
    START              ->              the number of the run, and of its first sample; the tokenizer is reset
                       <-  STATUS      with the first credit
    SAMPLES, SAMPLES.. ->              never beyond the credit
                       <-  TOKENS, TICK, CODES, STATUS ..    a STATUS for each SAMPLES; in an acquisition, after
                                       each patch and when an electrode loses or regains contact
    QUERY              ->              at any time; changes nothing
                       <-  STATUS
    STOP               ->
                       <-  STATUS      CONFIGURED, after the last token

Every command may be lost or repeated: HELLO and START carry the number of what they start, so that it starts only once,
and the others state the wanted condition. A STATUS contains all that the host needs to continue, so it replaces lost
earlier ones. `earloop.spec.signal_messages` defines the payloads that carry signals; `docs/reference/firmware.md` says
how each side reacts to each error of the link.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Self

from earloop.spec.errors import LinkError

PROTOCOL_VERSION = 2


class MessageType(IntEnum):
    """The first byte of every frame."""

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


class DeviceState(IntEnum):
    """The state of an earbud."""

    IDLE = 0  # it waits for CONFIGURE
    CONFIGURED = 1  # it waits for START
    RUNNING = 2  # it processes samples
    STOPPING = 3  # it accepts no more samples, and still sends the last results


class ErrorCode(IntEnum):
    """The reason why an earbud refuses a frame; CORRUPT and LOST are notices and refuse nothing."""

    DESIGN_MISMATCH = 1  # detail: 0
    BAD_STATE = 2  # detail: the earbud's state
    BAD_LENGTH = 3  # detail: the number of payload bytes received
    LOST = 4  # detail: the number of missing frames; `sequence` is the first of them
    OVERRUN = 5  # detail: the credit, the first sample that the host must not send yet
    UNKNOWN_MESSAGE = 6  # detail: the type received
    CORRUPT = 7  # detail: the number of corrupt frames since boot
    UNSUPPORTED = 8  # detail: the taps that the earbud can emit, plus its sources times 2^16
    INDEX = 9  # detail: the sample index that was expected
    RUN = 10  # detail: the number that the next run will have


class Tap(IntFlag):
    """The points of the signal path whose values a device can send."""

    DECIMATED = 1  # after the FIR that lowers the rate to that of the ticks
    NOTCHED = 2  # after the mains notch; equal to `decimated` in a design without a notch
    BANDS = 4  # after the two filter sections of each band
    TOKENS = 8  # after rounding and saturating to the token's width, gathered into patches
    CODES = 16  # before everything: the converter's output


class SampleSource(IntFlag):
    """The origin of an earbud's samples: CONFIGURE names one, HELLO all that the earbud has."""

    INJECTED = 1  # the host's SAMPLES
    SPI = 2  # the earbud's own converter
    BRIDGE = 4  # a converter at the other end of a second serial line


class DeviceFault(IntEnum):
    """A fault that an earbud detects in itself, now or at boot."""

    NONE = 0  # all is well
    KERNEL = 1  # self test: the tokenizer differs from the golden model
    MEMORY = 2  # self test: RAM does not return what was written
    CONVERTER_ID = 3  # the converter is missing, or of another type
    CONVERTER_REGISTERS = 4  # a register does not return what was written
    CONVERTER_SILENT = 5  # the converter did not signal data in time
    CONVERTER_STATUS = 6  # a sample does not begin with the fixed status bits
    CONVERTER_RESET = 7  # the registers have their reset values again
    OVERRUN = 8  # a sample arrived before the last was read
    WATCHDOG = 9  # the watchdog caused this boot
    CRASH = 10  # a fault of the processor caused this boot


class _Fixed:
    """A payload that consists of one struct."""

    LAYOUT: ClassVar[struct.Struct]

    def pack(self) -> bytes:
        """Return the payload."""
        return self.LAYOUT.pack(*astuple(self))  # type: ignore[call-overload]

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        """Return the message in a payload; raise LinkError if the length is wrong."""
        if len(payload) != cls.LAYOUT.size:
            raise LinkError(f"{cls.__name__} of {len(payload)} bytes: wanted {cls.LAYOUT.size}")
        return cls(*cls.LAYOUT.unpack(payload))


@dataclass(frozen=True)
class Opening(_Fixed):
    """HELLO, host to earbud.

    session : a number other than 0 that no earlier link session had
    """

    LAYOUT: ClassVar = struct.Struct("<I")

    session: int


@dataclass(frozen=True)
class Hello(_Fixed):
    """HELLO, earbud to host.

    protocol : `PROTOCOL_VERSION` of the earbud
    design_hash : SHA-256 of the design that it was built for
    build : the number of the firmware
    serial : the number of the chip
    taps : every `Tap` that it can send
    sources : every `SampleSource` that it has
    channels : the number of channels
    bands : the number of bands
    patch : the number of ticks in a patch
    samples_per_frame, credit_frames : as in the design's table `link`
    boots : the number of resets since power-up
    self_test : the `DeviceFault` that the self test found
    boot_cause : the `DeviceFault` that caused this boot; NONE after power-up or a requested reset
    session : the number that the host gave, or 0
    frames_out : the same count as in STATUS
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
        """Return the protocol version, the first byte of any version's HELLO; 0 for an empty payload."""
        return int.from_bytes(payload[:1])


@dataclass(frozen=True)
class Configure(_Fixed):
    """CONFIGURE, host to earbud: the design, the taps wanted and the source of samples.

    design_hash : SHA-256 of the host's design; the earbud refuses another than its own
    taps : the `Tap` bits wanted
    source : one `SampleSource`
    """

    LAYOUT: ClassVar = struct.Struct("<32sHB")

    design_hash: bytes
    taps: int
    source: int


@dataclass(frozen=True)
class Start(_Fixed):
    """START, host to earbud: start a run.

    A START that repeats the last number starts nothing, and the earbud answers it.

    first : the number of its first sample
    run : the number of the run, one more than the last
    """

    LAYOUT: ClassVar = struct.Struct("<IH")

    first: int
    run: int


@dataclass(frozen=True)
class Status(_Fixed):
    """STATUS, earbud to host.

    session : the number of the link session; 0 without one
    state : the `DeviceState`
    source : the `SampleSource` that CONFIGURE chose
    taps : the `Tap` bits that CONFIGURE chose
    boots : the number of resets since power-up
    fault : the converter's last `DeviceFault` since START; if there is none, that of the boot
    run : the number of runs since boot, which is the number of the current or last run. A restart of the converter
        starts the next run, because its samples do not continue those before
    first : the run's first sample
    credit : the first sample that the host must not send yet
    received : the next sample wanted; all samples from START's `first` to the one before it were received
    ticks : number of ticks of this run
    tick_clocks : core clocks spent in all ticks of this run
    tick_clocks_max : core clocks spent in the longest one
    saturated_inputs : number of decimated and notched samples of this run that saturated
    saturated_bands : number of band samples of this run that saturated
    saturated_tokens : number of token samples of this run that saturated
    lead_off_p : positive electrodes in lead-off at the last sample, one bit per channel
    lead_off_n : negative electrodes in lead-off at the last sample, one bit per channel
    restarts : number of restarts of the converter since START
    expected : the number of the host's next frame
    frames_in : number of the host's frames since boot that arrived
    missing_in : number of those that are missing
    stale_in : number of those that arrived late or twice and were dropped
    corrupt_in : number of those that did not decode
    frames_out : number of frames sent since boot before this one; modulo 2^16 it is the number of this frame
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
    """ERROR, earbud to host: the earbud refused a message, which changed nothing.

    code : the `ErrorCode`
    detail : a number whose meaning the code determines
    sequence : the number of the refused frame; for a corrupt frame, the number that was expected
    """

    LAYOUT: ClassVar = struct.Struct("<BHI")

    code: int
    sequence: int
    detail: int
