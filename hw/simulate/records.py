"""What passes between this process and a simulated RTL: codes in, records out; see `hw/bench/runner.cpp`."""

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
SILENCE_S = 60.0  # of a program that works: it tells its progress many times a second, a stalled machine aside
_ENDING_S = 10.0  # between the end of a program's output and its own
_HEADER = struct.Struct("<II")
_LONGEST_BYTES = 1 << 24  # of a record


class Record(IntEnum):
    """Kinds of records; `hw/bench/runner.cpp` says what each holds."""

    HELLO = 0
    TOKENS = 1
    TICK = 2
    PROGRESS = 3
    STATS = 4
    ERROR = 5


class DiedError(Exception):
    """The program's output ended before its statistics."""


def check_range(block: NDArray[np.int32], start: int) -> None:
    """Refuse codes, of which the first is sample `start`, that do not fit the core's input."""
    bad = np.argwhere((block > CODE_MAX) | (block < -CODE_MAX - 1))
    if len(bad):
        sample, channel = bad[0]
        raise EarloopError(
            f"code {block[sample, channel]} at sample {start + sample}, channel {channel}: outside 24 bits signed"
        )


def ended(process: subprocess.Popen[bytes]) -> int:
    """The status of a program whose output has ended; one that lives on nonetheless is killed."""
    try:
        return process.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(_ENDING_S)


def last_line(process: subprocess.Popen[bytes]) -> str:
    """The last thing that a program said."""
    lines = pipe(process.stderr).read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")


def records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Kind and payload of each record on a pipe that nobody else reads.

    Raises
    ------
    DiedError
        They end.
    EarloopError
        Nothing comes for `SILENCE_S`, or what comes is no record.
    """
    heard = bytearray()

    def take(size: int) -> bytes:
        while len(heard) < size:
            if not select.select([stream], [], [], SILENCE_S)[0]:
                raise EarloopError(f"simulated RTL: said nothing for {SILENCE_S:g} s; run it again, or build it anew")
            if not (chunk := os.read(stream.fileno(), 1 << 16)):
                raise DiedError
            heard.extend(chunk)
        taken = bytes(heard[:size])
        del heard[:size]
        return taken

    while True:
        kind, size = _HEADER.unpack(take(_HEADER.size))
        if kind not in set(Record) or size > _LONGEST_BYTES:
            raise EarloopError(f"simulated RTL: a record of kind {kind} and {size} bytes is none; build it anew")
        yield kind, take(size)


def patches(tokens: bytes, shape: tuple[int, int, int]) -> NDArray[np.int16]:
    """Whole patches, each [channels, bands, patch]; none where no band leaves."""
    count = len(tokens) // max(1, 2 * math.prod(shape))
    return np.frombuffer(tokens, "<i2").reshape(count, *shape).astype(np.int16)


def check_hash(payload: bytes, design: Design) -> None:
    """Refuse a program that was built for another design."""
    found = payload[::-1].hex()
    if found != design.design_hash:
        raise EarloopError(
            f"simulated RTL: built for the design {found[:12]}, asked to run {design.design_hash[:12]}; build it anew"
        )
