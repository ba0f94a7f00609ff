"""The simulated RTL for live use: it processes codes in blocks, and returns each block's values before the next."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hw.simulate.records import (
    DiedError,
    RecordType,
    check_hash,
    check_range,
    ended,
    last_line,
    patches,
    records,
)
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.spec.taps import Taps
from earloop.system.child_process import pipe


class LiveRtl:
    """A simulated core that runs while its context is open.

    Parameters
    ----------
    binary : the program from `earloop.hw.build_runner`
    design : the design that the program was built for
    """

    def __init__(self, binary: Path, design: Design) -> None:
        self._binary, self._design = binary, design
        self._pushed = 0  # samples so far

    def __enter__(self) -> Self:
        command = [str(self._binary), "--live", "--taps"]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise EarloopError(f"{self._binary}: cannot be run ({error.strerror}); build it again") from None
        self._records = records(pipe(self._process.stdout))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def push(self, codes: NDArray[np.int32]) -> Taps:
        """Process a block of codes, int32 [samples, channels], and return every tap as `earloop.spec.golden` does.

        Raises
        ------
        EarloopError
            The codes do not fit, the program has another design, it died, or it violated a rule of the streams.
        """
        check_range(codes, self._pushed)
        self._pushed += len(codes)
        tokens, ticks = bytearray(), bytearray()
        try:
            self._send(codes)
            for kind, payload in self._records:
                if kind == RecordType.TOKENS:
                    tokens += payload
                elif kind == RecordType.TICK:
                    ticks += payload
                elif kind == RecordType.HELLO:
                    check_hash(payload, self._design)
                elif kind == RecordType.ERROR:
                    raise EarloopError(f"simulated RTL: {payload.decode()}")
                elif kind == RecordType.PROGRESS and int.from_bytes(payload, "little") == self._pushed:
                    break
        except (DiedError, BrokenPipeError):
            status, line = ended(self._process), last_line(self._process)
            raise EarloopError(f"{self._binary.name}: the simulated RTL died with status {status}: {line}") from None
        channels, bands = len(self._design.channels), len(self._design.bands)
        samples = np.frombuffer(bytes(ticks), "<i4").reshape(-1, channels * (2 + bands)).astype(np.int32)
        return Taps(
            samples[:, :channels],
            samples[:, channels : 2 * channels],
            samples[:, 2 * channels :].reshape(-1, channels, bands),
            patches(bytes(tokens), (channels, bands, self._design.tokens.patch)),
        )

    def _send(self, codes: NDArray[np.int32]) -> None:
        stdin = pipe(self._process.stdin)
        stdin.write(np.uint32(len(codes)).astype("<u4").tobytes() + codes.astype("<i4").tobytes())
        stdin.flush()
