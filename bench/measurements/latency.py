"""Latency from an injected sample to its tokens at the host: the emulated earbud in real time, against the timeline.

The timeline is that of the STM32F405 earbud on a wire, with the emulator's parameters instead of the board's:

* There is no SPI: samples arrive over the link.
* The core runs as fast as this machine emulates it; a run at full speed without taps measures this speed.
* The wire is a pseudo terminal without a baud rate, but the emulator needs some time for each byte. The difference
  between two runs in lock step, one of them with tokens, gives the baud rate of an equally slow wire.
* A frame has the samples of four ticks, of which a patch ends with the second or the last: the core computes two ticks
  at once.

The runs at full speed and in lock step do not measure latency. They alternate with the paced run, and the median of
each counts, because an emulator shares the machine with other programs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.hil.link.arrivals import Arrivals
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.measure_timing import timing_of
from earloop.hil.link.pace import Pace
from earloop.hil.link.port import open_port
from earloop.sim.timeline import STM32F405_EARBUD, BlockStream, UartLink, simulate, stream_of
from earloop.spec.design import load_design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.messages import Tap

NEEDS = ("arm-none-eabi-gcc", "qemu-system-arm")
ROUNDS = 3
SECONDS = 10.0
TOGETHER = 2  # ticks that are computed before the tokens of a patch can be sent
WITHIN_PERCENT = 20.0


@dataclass(frozen=True, kw_only=True)
class LatencyMedians:
    """The results of all rounds.

    tick_s, frame_s : medians of the time of a tick and of a token frame, in runs without pace
    sample_s : float64 [samples], time from each sample until all its tokens have arrived, in paced runs
    token_s : float64 [tokens], time from each token's newest sample to its arrival, in paced runs
    """

    tick_s: float
    frame_s: float
    sample_s: NDArray[np.float64]
    token_s: NDArray[np.float64]


def measure() -> list[ResultRow]:
    """Measure the median latencies of emulator and timeline, and their difference."""
    design = load_design()
    found = _emulated(compile_design(design))
    stream = stream_of(design, "tokens", tick_instructions=1.0)
    costs = f"a tick {1e3 * found.tick_s:.2f} ms, a token {1e3 * found.frame_s:.2f} ms, of runs that are not paced"
    rows = []
    for what, emulated, simulated, at_most in zip(
        ("a sample to its tokens", "a token's newest sample to it"),
        (found.sample_s, found.token_s),
        _simulated(found, stream),
        (WITHIN_PERCENT, None),
        strict=True,
    ):
        ours_ms, theirs_ms = 1e3 * float(np.median(emulated)), 1e3 * float(np.median(simulated))
        spread = " to ".join(f"{1e3 * value:.0f}" for value in np.percentile(emulated, (5, 95)))
        against = f"{ROUNDS} runs of {SECONDS:g} s; 90 %: {spread} ms"
        rows += [
            ResultRow(
                what=f"Latency from {what}, emulated earbud in real time, median",
                value=ours_ms,
                unit="ms",
                against=against,
            ),
            ResultRow(
                what=f"Latency from {what}, simulated timeline, median", value=theirs_ms, unit="ms", against=costs
            ),
            ResultRow(
                what=f"Latency from {what}, by how much the timeline's median misses",
                value=100 * abs(theirs_ms / ours_ms - 1),
                unit="%",
                against="medians of runs that take turns on a machine that others share",
                at_most=at_most,
            ),
        ]
    return rows


def _emulated(fixed: FixedDesign) -> LatencyMedians:
    design = fixed.design
    codes, pace = synthetic_codes(design, SECONDS), Pace(design.converter.rate_hz)
    tick_s, frame_s, sample_s, token_s = [], [], [], []
    with Emulator(build_elf(fixed)) as emulator, EarbudLink(open_port(emulator.port, design), fixed) as link:
        for _ in range(ROUNDS):
            link.configure(design.design_hash, Tap(0))
            without_taps = link.run(codes)
            link.configure(design.design_hash, Tap(0))
            stepped = link.run(codes, lock_step=True)
            link.configure(design.design_hash)
            with_tokens = link.run(codes, lock_step=True)
            link.configure(design.design_hash)
            arrivals = Arrivals(design, len(codes))
            link.run(codes, pace=pace, observer=arrivals)
            tick_s.append(without_taps.wall_s / without_taps.status.ticks)
            frame_s.append(max(0.0, with_tokens.wall_s - stepped.wall_s) / with_tokens.received.size)
            timing = timing_of(arrivals, pace, design)
            sample_s.append(timing.age_s)
            token_s.append(timing.latency_s)
    return LatencyMedians(
        tick_s=float(np.median(tick_s)),
        frame_s=float(np.median(frame_s)),
        sample_s=np.concatenate(sample_s),
        token_s=np.concatenate(token_s),
    )


def _simulated(found: LatencyMedians, stream: BlockStream) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Simulate the latencies of samples and of tokens, as in `LatencyMedians`."""
    board = STM32F405_EARBUD
    controller = replace(board.controller, core_hz=1 / found.tick_s, clocks_per_instruction=1.0)
    earbud = replace(board, afe=replace(board.afe, spi_hz=1e9, oscillator_tolerance=0.0), controller=controller)
    train = replace(
        stream,
        tick_samples=TOGETHER * stream.tick_samples,
        block_ticks=stream.block_ticks // TOGETHER,
        tick_instructions=TOGETHER * stream.tick_instructions,
        sample_instructions=0.0,
        byte_instructions=0.0,
    )
    link = UartLink(round(10 * stream.frame_bytes / found.frame_s), host_lag_max_s=0.0)
    timeline = simulate(earbud, train, link, duration_s=SECONDS)
    newest_s = timeline.ready_s[stream.block_samples - 1 :: stream.block_samples]
    latency = timeline.arrival_s.reshape(-1, stream.frames_per_block) - newest_s[:, None]
    return timeline.latency_s[np.isfinite(timeline.latency_s)], latency[~np.isnan(latency)]
