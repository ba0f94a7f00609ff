"""The simulated RTL: Verilator compiles the tokenizer into a program that processes a stream of codes.

The program is built on first use into `.build/`. Its name is a hash of everything that it is built from, so that it is
built again only when the Verilog, the design or the harness changes.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

import numpy as np
from numpy.typing import NDArray

from earloop.hw.simulate.compile import BUILD_DIR, FAST, HARNESS, Compiler, ProgramKind
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
from earloop.hw.simulate.verilator import verilator_root
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.system.child_process import pipe
from earloop.system.project import ROOT

RTL_DIR = ROOT / "hw" / "rtl"
_BLOCK_SAMPLES = 1 << 14


@dataclass(frozen=True, kw_only=True)
class RtlRun:
    """The output of the RTL for a stream, and its duration.

    Parameters
    ----------
    tokens : int16, shape [patches, channels, bands, patch]; only the bands that the mask enables
    clocks : clock cycles from reset to the last token
    clocks_to_first_tick : clocks from reset to the first tick's last band sample, which include priming the filters
    clocks_per_tick_mean, clocks_per_tick_max : clocks between the last band samples of two ticks; without stalls, the
        cost of a tick; 0 for a single tick
    saturated_inputs, saturated_bands, saturated_tokens : saturated samples, summed over channels and bands
    dropped_frames : frames that the core refused for a misplaced tlast
    decimated, notched : int32, shape [ticks, channels]; None unless taps were requested
    bands : int32, shape [ticks, channels, bands]; None unless taps were requested
    """

    tokens: NDArray[np.int16]
    clocks: int
    clocks_to_first_tick: int
    clocks_per_tick_mean: float
    clocks_per_tick_max: int
    saturated_inputs: int
    saturated_bands: int
    saturated_tokens: int
    dropped_frames: int
    decimated: NDArray[np.int32] | None = None
    notched: NDArray[np.int32] | None = None
    bands: NDArray[np.int32] | None = None

    @property
    def saturated(self) -> int:
        """The number of all saturated samples."""
        return self.saturated_inputs + self.saturated_bands + self.saturated_tokens


def rtl_sources(rtl_dir: Path = RTL_DIR) -> list[Path]:
    """Return the Verilog files, without the generated header."""
    return sorted(rtl_dir.glob("*.v"))


def harness_sizes(fixed: FixedDesign) -> dict[str, int | str]:
    """Return the sizes of a design that `runner.cpp` needs: names and values for the compiler."""
    design = fixed.design
    return {
        "CHANNELS": len(design.channels),
        "BANDS": len(design.bands),
        "PATCH": design.tokens.patch,
        "FACTOR": design.decimator.factor,
        "TOKEN_SHIFTS": ",".join(map(str, fixed.token_shifts)),
    }


def build_runner(
    fixed: FixedDesign,
    *,
    rtl_dir: Path | None = None,
    generated_dir: Path | None = None,
    parameters: Mapping[str, int] | None = None,
    kind: ProgramKind = FAST,
) -> Path:
    """Compile the RTL of a design unless that was done before, and return the program.

    Parameters
    ----------
    fixed : the design
    rtl_dir : directory of other Verilog than the project's
    generated_dir : directory with a `design.vh` that replaces the design's
    parameters : parameters of the top module that differ from their defaults
    kind : whether the program runs fast, compiles fast, or counts its coverage

    Raises
    ------
    EarloopError
        A tool is missing, or the Verilog does not compile.
    """
    header = (
        (generated_dir / VERILOG_HEADER.name).read_text(encoding="utf-8")
        if generated_dir
        else generated_files(fixed)[VERILOG_HEADER]
    )
    sources = rtl_sources(rtl_dir or RTL_DIR)
    if not sources:
        raise EarloopError(f"{rtl_dir}: no Verilog file is in it; wanted a directory like {RTL_DIR}")
    sizes = harness_sizes(fixed)
    binary = BUILD_DIR / f"tokenizer-{_key(sources, header, sizes, parameters or {}, kind)}"
    if binary.exists():
        return binary
    BUILD_DIR.mkdir(parents=True, exist_ok=True)
    # Each builder works in a temporary directory, and renames the finished program in one step.
    with tempfile.TemporaryDirectory(dir=BUILD_DIR, prefix="building-") as place:
        work = Path(place)
        (work / VERILOG_HEADER.name).write_text(header, encoding="utf-8")
        compiler, core = Compiler(kind), work / "core"
        compiler.translate(sources, work, core, parameters)
        compiler.link(work / "runner", compiler.core(core), compiler.harness(core, sizes))
        (work / "runner").replace(binary)
    return binary


def _key(
    sources: list[Path], header: str, sizes: dict[str, int | str], parameters: Mapping[str, int], kind: ProgramKind
) -> str:
    """Return a hash of everything that the program is built from."""
    parts = [path.name + path.read_text(encoding="utf-8") for path in [*sources, HARNESS]]
    parts += [header, repr((sizes, sorted(parameters.items()))), repr((kind, kind.verilator_options))]
    parts += [str((verilator_root() / "bin" / "verilator_bin").stat())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class RunOptions(TypedDict, total=False):
    """The options of `run_rtl` that disturb the core, for callers that store the options of several runs."""

    stall_seed: int
    misplace_seed: int
    reset: tuple[int, int]
    band_mask: int
    token_shifts: Sequence[int]


def run_rtl(
    binary: Path,
    design: Design,
    codes: NDArray[np.int32],
    *,
    taps: bool = False,
    stall_seed: int | None = None,
    misplace_seed: int | None = None,
    reset: tuple[int, int] | None = None,
    band_mask: int | None = None,
    token_shifts: Sequence[int] | None = None,
    coverage: Path | None = None,
    advance: Callable[[int], None] | None = None,
) -> RtlRun:
    """Stream converter codes through the simulated RTL, from reset.

    Parameters
    ----------
    binary : the program from `build_runner`
    design : the design that the program was built for
    codes : int32, shape [samples, channels], within 24 bits
    taps : whether to collect the samples at every tap
    stall_seed : seed of random stalls of both streams, which must not change the result; None for no stalls
    misplace_seed : seed of extra frames with a misplaced tlast, which must not change the result; None for none
    reset : (frames, clocks) after which the core is reset, within a frame; the run has only the frames after the reset
    band_mask : bit b enables the packets of band b; None enables all
    token_shifts : shifts from band samples to tokens, 0 to 31, one for each band; None means the design's
    coverage : file for the run's coverage; the program must be of the kind `COVERAGE`
    advance : called with the number of samples that are done

    Raises
    ------
    EarloopError
        The codes do not fit the design, the program has another design, it died, or it violated a rule of the streams.
    """
    channels = len(design.channels)
    if codes.ndim != 2 or codes.shape[1] != channels:
        raise EarloopError(f"the codes have shape {codes.shape}: wanted [samples, {channels}]")
    if token_shifts is not None and (
        len(token_shifts) != len(design.bands) or not all(0 <= shift <= 31 for shift in token_shifts)
    ):
        raise EarloopError(f"token_shifts {list(token_shifts)}: wanted {len(design.bands)} values from 0 to 31")
    options: dict[str, object | None] = {
        "--stall": stall_seed,
        "--misplace": misplace_seed,
        "--reset": reset,
        "--mask": None if band_mask is None else f"{band_mask:x}",
        "--shifts": None if token_shifts is None else ",".join(map(str, token_shifts)),
        "--coverage": coverage,
    }
    command = [str(binary), *(["--taps"] if taps else []), *_words(options)]
    every_band = (1 << len(design.bands)) - 1
    sent = (every_band if band_mask is None else band_mask & every_band).bit_count()
    return _run(command, design, codes, lambda stream: _collect(stream, design, sent, taps, advance))


def _words(options: Mapping[str, object | None]) -> list[str]:
    """Return the options that are not None as words of a command; a tuple becomes several words."""
    words: list[str] = []
    for name, value in options.items():
        if value is not None:
            words += [name, *(map(str, value) if isinstance(value, tuple) else [str(value)])]
    return words


def _run(
    command: list[str], design: Design, codes: NDArray[np.int32], collect: Callable[[IO[bytes]], RtlRun]
) -> RtlRun:
    """Run the program on codes, and return what `collect` reads from its output."""
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise EarloopError(f"{command[0]}: cannot be run ({error.strerror}); build it again") from None
    feeder = _Feeder(process, codes)
    with process:
        try:
            feeder.start()
            run = collect(pipe(process.stdout))
            ended(process)  # its files are complete when it has exited
            return run
        except DiedError:
            if isinstance(feeder.error, EarloopError):
                raise feeder.error from None
            status = ended(process)
            raise EarloopError(
                f"{name}: the simulated RTL died with status {status}: {last_line(process)}"
            ) from feeder.error
        finally:
            process.kill()
            feeder.join()


class _Feeder(threading.Thread):
    """A thread that writes the codes to the program block by block while the caller reads."""

    def __init__(self, process: subprocess.Popen[bytes], codes: NDArray[np.int32]) -> None:
        super().__init__(daemon=True)
        self._process, self._codes = process, codes
        self.error: Exception | None = None

    def run(self) -> None:
        """Write all codes, then close the program's input; an exception is stored in `error`."""
        stdin = pipe(self._process.stdin)
        try:
            for start in range(0, len(self._codes), _BLOCK_SAMPLES):
                block = np.asarray(self._codes[start : start + _BLOCK_SAMPLES])
                check_range(block, start)
                stdin.write(block.astype("<i4").tobytes())
        except EarloopError as error:
            self.error = error
            self._process.kill()
        except OSError as error:  # the program died; the reader reports it
            self.error = error
        with suppress(OSError):
            stdin.close()


def _collect(stream: IO[bytes], design: Design, sent: int, taps: bool, advance: Callable[[int], None] | None) -> RtlRun:
    """Read records until the statistics, and return the run; `sent` is the number of enabled bands."""
    channels, bands = len(design.channels), len(design.bands)
    tokens, ticks = bytearray(), bytearray()
    for kind, payload in records(stream):
        if kind == RecordType.TOKENS:
            tokens += payload
        elif kind == RecordType.TICK:
            ticks += payload
        elif kind == RecordType.PROGRESS and advance:
            advance(int.from_bytes(payload, "little"))
        elif kind == RecordType.HELLO:
            check_hash(payload, design)
            tokens, ticks = bytearray(), bytearray()
        elif kind == RecordType.ERROR:
            raise EarloopError(f"simulated RTL: {payload.decode()}")
        elif kind == RecordType.STATS:
            break
    clocks, first, count, spent, longest, inputs_clipped, bands_clipped, tokens_clipped, dropped = struct.unpack(
        "<9Q", payload
    )
    decimated = notched = inside = None
    if taps:
        samples = np.frombuffer(bytes(ticks), "<i4").reshape(-1, channels * (2 + bands)).astype(np.int32)
        decimated, notched = samples[:, :channels], samples[:, channels : 2 * channels]
        inside = samples[:, 2 * channels :].reshape(-1, channels, bands)
    return RtlRun(
        tokens=patches(bytes(tokens), (channels, sent, design.tokens.patch)),
        clocks=clocks,
        clocks_to_first_tick=first,
        clocks_per_tick_mean=spent / max(count, 1),
        clocks_per_tick_max=longest,
        saturated_inputs=inputs_clipped,
        saturated_bands=bands_clipped,
        saturated_tokens=tokens_clipped,
        dropped_frames=dropped,
        decimated=decimated,
        notched=notched,
        bands=inside,
    )
