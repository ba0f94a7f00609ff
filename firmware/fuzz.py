"""Runs of the fuzzers of firmware/tests under clang's libFuzzer; the first inputs are messages of the protocol.

The sources are compiled for a small design, whose patches are complete after a few samples: an input of a hundred bytes
is a whole session, and thousands are tried per second.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earloop.firmware.build import build_fuzzer
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.framing import Frame, encode_frame
from earloop.spec.messages import Configure, MessageType, Opening, SampleSource, Start, Tap
from earloop.spec.signal_messages import Samples
from earloop.spec.variants import vary_reference
from earloop.system.child_process import pipe

FUZZERS = ("frame", "link")
_MAX_BYTES = 1024
_DONE = re.compile(r"^#(\d+)\s")
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_SECONDS = re.compile(r"^Done \d+ runs in (\d+) second")


@dataclass(frozen=True)
class Fuzzed:
    """A run without a finding: the number of inputs, and the duration in whole seconds."""

    executions: int
    seconds: int


class FuzzError(EarloopError):
    """A fuzzer found an input that violates a property; the message names its file."""


def fuzz_design() -> FixedDesign:
    """Return a design of two channels and one band, with patches of four ticks and a tick every second sample."""
    return compile_design(
        vary_reference(
            electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]},
            decimator={"factor": 2, "taps": 15},
            converter={"rate_hz": 500},
            tokens={"patch": 4},
            link={"samples_per_frame": 3, "credit_frames": 2},
            bands=["eeg_alpha"],
        )
    )


def run_fuzzer(name: str, executions: int, *, seed: int = 1, advance: Callable[[int], None] = lambda _: None) -> Fuzzed:
    """Try `executions` inputs.

    Parameters
    ----------
    name : one of FUZZERS
    advance : called from time to time with the number of inputs tried so far

    Raises
    ------
    FuzzError
        An input violates a property; it is stored in `.build/fuzz`.
    EarloopError
        clang is missing.
    """
    fixed = fuzz_design()
    fuzzer = build_fuzzer(fixed, name)
    findings = fuzzer.parent.parent.parent / "fuzz"
    findings.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for i, script in enumerate(seeds(fixed)[name]):
            (Path(corpus) / f"{i:03}").write_bytes(script)
        command = [
            str(fuzzer), f"-runs={executions}", f"-seed={seed}", f"-max_len={_MAX_BYTES}", "-print_final_stats=1",
            f"-artifact_prefix={findings}/{name}-", corpus,
        ]  # fmt: skip
        output: deque[str] = deque(maxlen=200)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            for line in pipe(process.stderr):
                output.append(line)
                if tried := _DONE.match(line):
                    advance(int(tried[1]))
    text = "".join(output)
    if process.returncode:
        raise FuzzError(f"fuzz_{name}: {_error_lines(output)}")
    counted, duration = _EXECUTED.search(text), re.search(_SECONDS.pattern, text, re.MULTILINE)
    if counted is None or duration is None:
        raise EarloopError(f"fuzz_{name}: ended without its statistics: {_error_lines(output)}")
    return Fuzzed(int(counted[1]), int(duration[1]))


def _error_lines(output: deque[str]) -> str:
    """Return the lines that name the error and the file of the input."""
    wanted = ("SUMMARY", "Test unit written", "fuzz_", "runtime error", "ERROR:")
    lines = [line.strip() for line in output if any(word in line for word in wanted)]
    return "; ".join(lines[-3:] or [line.strip() for line in output][-1:] or ["it wrote no message"])


def seeds(fixed: FixedDesign) -> dict[str, list[bytes]]:
    """Return the first inputs for each fuzzer: sessions of a host, whole and in part."""
    session = _session(fixed)
    wires = [encode_frame(Frame(kind, i, payload)) for i, (kind, payload) in enumerate(session)]
    streams = [b"\0" + wire for wire in wires] + [b"\0" + b"".join(wires[:3])]
    frames = [b"\1" + bytes((kind, i, 0, 9, 0)) + payload for i, (kind, payload) in enumerate(session)]
    script = [bytes((kind, 0, len(payload))) + payload for kind, payload in session]
    slow = [bytes((kind, 1, len(payload))) + payload for kind, payload in session]
    return {
        "frame": streams + frames,
        "link": [b"\7" + b"".join(script), b"\0" + b"".join(script), b"\0" + b"".join(slow), b"\0" + script[0]],
    }


def _session(fixed: FixedDesign) -> list[tuple[MessageType, bytes]]:
    """Return HELLO, CONFIGURE of every tap, START, enough SAMPLES for two patches, and STOP."""
    design = fixed.design
    rows = design.link.samples_per_frame
    codes = np.random.default_rng(0).integers(-(2**23), 2**23, (rows, len(design.channels))).astype(np.int32)
    frames = 2 * design.patch_samples // rows + 1
    return [
        (MessageType.HELLO, Opening(1).pack()),
        (MessageType.CONFIGURE, Configure(bytes.fromhex(design.design_hash), ~Tap(0), SampleSource.INJECTED).pack()),
        (MessageType.START, Start(0, 1).pack()),
        *((MessageType.SAMPLES, Samples(i * rows, codes).pack()) for i in range(frames)),
        (MessageType.STOP, b""),
    ]
