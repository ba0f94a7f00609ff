"""The records that a simulated RTL sends to this process; `hw/bench/runner.cpp` defines them."""

from __future__ import annotations

import math
import os
import select
import struct
import subprocess
from collections.abc import Iterator
from enum import IntEnum
from typing import IO

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.system.child_process import pipe

CODE_MAX = 2**23 - 1
SILENCE_S = 60.0  # longest pause of a working program, which reports its progress many times per second
_ENDING_S = 10.0  # longest time between the end of a program's output and the end of the program
_HEADER = struct.Struct("<II")
_LONGEST_BYTES = 1 << 24  # longest record


class RecordType(IntEnum):
    """Kinds of records; `hw/bench/runner.cpp` defines their contents."""

    HELLO = 0
    TOKENS = 1
    TICK = 2
    PROGRESS = 3
    STATS = 4
    ERROR = 5


class DiedError(Exception):
    """The program's output ended before its statistics."""


def check_range(block: NDArray[np.int32], start: int) -> None:
    """Raise EarloopError where a code exceeds the core's input; the first row of `block` is sample `start`."""
    bad = np.argwhere((block > CODE_MAX) | (block < -CODE_MAX - 1))
    if len(bad):
        sample, channel = bad[0]
        raise EarloopError(
            f"code {block[sample, channel]} at sample {start + sample}, channel {channel}: wanted {-CODE_MAX - 1} to "
            f"{CODE_MAX}, 24 bits signed"
        )


def ended(process: subprocess.Popen[bytes]) -> int:
    """Return the exit status of a program whose output has ended; kill it if it does not exit in time."""
    try:
        return process.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(_ENDING_S)


def last_line(process: subprocess.Popen[bytes]) -> str:
    """Return the last line that a program wrote to its standard error."""
    lines = pipe(process.stderr).read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it wrote no message")


def records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield kind and payload of each record on a pipe that has no other reader.

    Raises
    ------
    DiedError
        The stream ends.
    EarloopError
        Nothing arrives for `SILENCE_S`, or a record is not valid.
    """
    received = bytearray()

    def read(size: int) -> bytes:
        while len(received) < size:
            if not select.select([stream], [], [], SILENCE_S)[0]:
                raise EarloopError(
                    f"simulated RTL: no output for {SILENCE_S:g} s; run it again, or delete .build/rtl to rebuild it"
                )
            if not (chunk := os.read(stream.fileno(), 1 << 16)):
                raise DiedError
            received.extend(chunk)
        part = bytes(received[:size])
        del received[:size]
        return part

    while True:
        kind, size = _HEADER.unpack(read(_HEADER.size))
        if kind not in set(RecordType) or size > _LONGEST_BYTES:
            raise EarloopError(
                f"simulated RTL: a record of kind {kind} and {size} bytes is not valid; delete .build/rtl to rebuild it"
            )
        yield kind, read(size)


def patches(tokens: bytes, shape: tuple[int, int, int]) -> NDArray[np.int16]:
    """Return the complete patches of a stream of tokens, int16 [patches, channels, bands, patch]."""
    count = len(tokens) // max(1, 2 * math.prod(shape))
    return np.frombuffer(tokens, "<i2").reshape(count, *shape).astype(np.int16)


def check_hash(payload: bytes, design: Design) -> None:
    """Raise EarloopError where a program was built for another design."""
    found = payload[::-1].hex()
    if found != design.design_hash:
        raise EarloopError(
            f"simulated RTL: built for design {found[:12]}, wanted {design.design_hash[:12]}; build it again"
        )
