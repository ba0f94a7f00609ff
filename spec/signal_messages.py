"""The payloads of the link that carry signals: SAMPLES in; CODES, TICK and TOKENS out. All integers are little endian.

`earloop.spec.messages` says when they are sent. Each message of the earbud contains the number of its run, so that the
host does not confuse two runs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.messages import Hello, Status, Tap

SAMPLE_BYTES = 3  # a converter code, two's complement


def _pack_codes(codes: NDArray[np.integer[Any]]) -> bytes:
    words = codes.astype("<i4").reshape(-1, 1).view(np.uint8)
    return words[:, :SAMPLE_BYTES].tobytes()


def _unpack_codes(name: str, payload: bytes, header: int, channels: int) -> NDArray[np.int32]:
    row = SAMPLE_BYTES * channels
    body = payload[header:]
    if len(payload) < header or len(body) % row:
        raise LinkError(f"{name} of {len(payload)} bytes: wanted {header} and a multiple of {row}")
    padded = np.zeros((len(body) // SAMPLE_BYTES, 4), np.uint8)
    padded[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, SAMPLE_BYTES)
    return (padded.view("<i4") >> 8).reshape(-1, channels).astype(np.int32)


@dataclass(frozen=True)
class Samples:
    """SAMPLES, host to earbud: converter codes to process.

    first : index of the first sample
    codes : int32, shape [samples, channels]; 3 bytes each on the link
    """

    HEADER: ClassVar = struct.Struct("<I")

    first: int
    codes: NDArray[np.int32]

    def pack(self) -> bytes:
        """Return the payload."""
        return self.HEADER.pack(self.first) + _pack_codes(self.codes)

    @classmethod
    def unpack(cls, payload: bytes, channels: int) -> Self:
        """Return the message in a payload; raise LinkError if the length is wrong."""
        codes = _unpack_codes(cls.__name__, payload, cls.HEADER.size, channels)
        return cls(cls.HEADER.unpack_from(payload)[0], codes)


@dataclass(frozen=True)
class Codes:
    """CODES, earbud to host: own samples.

    run : number of the run
    first : index of the first sample
    codes : int32, shape [samples, channels]; 3 bytes each on the link
    """

    HEADER: ClassVar = struct.Struct("<HI")

    run: int
    first: int
    codes: NDArray[np.int32]

    def pack(self) -> bytes:
        """Return the payload."""
        return self.HEADER.pack(self.run, self.first) + _pack_codes(self.codes)

    @classmethod
    def unpack(cls, payload: bytes, channels: int) -> Self:
        """Return the message in a payload; raise LinkError if the length is wrong."""
        codes = _unpack_codes(cls.__name__, payload, cls.HEADER.size, channels)
        run, first = cls.HEADER.unpack_from(payload)
        return cls(run, first, codes)


@dataclass(frozen=True)
class Tick:
    """TICK, earbud to host: the samples of one tick at a tap.

    run : number of the run
    tick : index in the run
    tap : DECIMATED or NOTCHED, for all channels; or BANDS, for one channel
    channel : index of the channel at BANDS, otherwise 0
    values : int32, shape [channels] or [bands]; 4 bytes each on the link
    """

    HEADER: ClassVar = struct.Struct("<HIBB")

    run: int
    tick: int
    tap: int
    channel: int
    values: NDArray[np.int32]

    def pack(self) -> bytes:
        """Return the payload."""
        header = self.HEADER.pack(self.run, self.tick, self.tap, self.channel)
        return header + self.values.astype("<i4").tobytes()

    @classmethod
    def unpack(cls, payload: bytes, channels: int, bands: int) -> Self:
        """Return the message in a payload; raise LinkError if the length is wrong."""
        body = payload[cls.HEADER.size :]
        if len(payload) < cls.HEADER.size:
            raise LinkError(f"Tick of {len(payload)} bytes: wanted {cls.HEADER.size} at least")
        run, tick, tap, channel = cls.HEADER.unpack_from(payload)
        wanted = 4 * (bands if tap == Tap.BANDS else channels)
        if len(body) != wanted:
            raise LinkError(f"Tick of {len(payload)} bytes: wanted {cls.HEADER.size + wanted}")
        return cls(run, tick, tap, channel, np.frombuffer(body, "<i4").astype(np.int32))


@dataclass(frozen=True)
class Tokens:
    """TOKENS, earbud to host: one token.

    run : number of the run
    patch_index : index of the patch in the run
    channel : index of the channel in the design
    band : index of the band in the design
    values : int16, shape [patch]; 2 bytes each on the link
    """

    HEADER: ClassVar = struct.Struct("<HIBB")

    run: int
    patch_index: int
    channel: int
    band: int
    values: NDArray[np.int16]

    def pack(self) -> bytes:
        """Return the payload."""
        header = self.HEADER.pack(self.run, self.patch_index, self.channel, self.band)
        return header + self.values.astype("<i2").tobytes()

    @classmethod
    def unpack(cls, payload: bytes, patch: int) -> Self:
        """Return the message in a payload; raise LinkError if the length is wrong."""
        wanted = cls.HEADER.size + 2 * patch
        if len(payload) != wanted:
            raise LinkError(f"Tokens of {len(payload)} bytes: wanted {wanted}")
        values = np.frombuffer(payload, "<i2", offset=cls.HEADER.size).astype(np.int16)
        run, patch_index, channel, band = cls.HEADER.unpack_from(payload)
        return cls(run, patch_index, channel, band, values)


def samples_a_row(design: Design, tap: Tap) -> int:
    """Return the converter samples per row of a tap: one of CODES, a tick of the filters' taps, a patch of TOKENS."""
    if tap is Tap.TOKENS:
        return design.patch_samples
    return 1 if tap is Tap.CODES else design.decimator.factor


def codes_per_frame(channels: int, patch: int) -> int:
    """Return the samples per CODES: as many as fit into the length of the longest other message of an earbud."""
    longest = max(Tokens.HEADER.size + 2 * patch, Hello.LAYOUT.size, Status.LAYOUT.size)
    return max(1, (longest - Codes.HEADER.size) // (SAMPLE_BYTES * channels))
