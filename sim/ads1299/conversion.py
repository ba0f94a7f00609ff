"""Conversions: the time and the code of each.

The third-order sinc filter is three running means over one sample period T each, so that a code depends on the last 3 T
of its input. Here every T has 64 cells, each with the value at its middle, and the three means run over 64 cells. At 16
kSPS this is exactly the chip's filter; at other rates it is within 0.003 dB of it below half the output rate.

    START               |<-- T -->|<--------- 3 T ----------->|9|
      |------- fills, dropped ----|  oldest |         | newest|  DRDY: 4 T + 9 clocks after START (table 7)

A step has settled completely at the fourth DRDY after it (section 9.4.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.sim.ads1299.channel import SignalPath
from earloop.sim.ads1299.clock import ChipClock, sample_cycles
from earloop.sim.ads1299.electrodes import Memory
from earloop.sim.ads1299.sinc3 import NOISE_CORRELATION

CELLS = 64
LATENCY_CYCLES = 9  # table 7 of SBAS499C is 4 T + 9 at every rate
CODE_LIMIT = 1 << 23
AT_ONCE = 512  # samples computed together; this limits the memory


def settle_cycles(rate_hz: int) -> int:
    """Return the clock cycles from the start to the first DRDY (table 7 of SBAS499C)."""
    return 4 * sample_cycles(rate_hz) + LATENCY_CYCLES


def _weights() -> NDArray[np.float64]:
    """Return the weights of the cells of the last three sample periods, oldest first: float64 [3, 64], sum 1."""
    mean = np.full(CELLS, 1 / CELLS)
    three = np.convolve(np.convolve(mean, mean), mean)  # 190 cells
    return np.pad(three, 1).reshape(3, CELLS)


def _noise_taps() -> NDArray[np.float64]:
    """Return a FIR of 3 taps that gives white noise of unit rms the spectrum of decimated modulator noise.

    The taps are the minimum-phase factor of the noise's autocorrelation.
    """
    r0, r1, r2 = NOISE_CORRELATION
    roots = np.roots([float(value) for value in (r2, r1, r0, r1, r2)])
    taps = np.real(np.poly(roots[np.abs(roots) < 1]))
    unit: NDArray[np.float64] = taps / np.sqrt((taps**2).sum())
    return unit


@dataclass(frozen=True)
class ConvertedSamples:
    """Codes int32 [samples, channels], and the comparators' words int [samples, 3]: P, N, bias."""

    codes: NDArray[np.int32]
    lead_off: NDArray[np.int64]


class Conversion:
    """The converters of all channels, which convert simultaneously."""

    def __init__(self, channels: int, clock: ChipClock, rng: np.random.Generator) -> None:
        self._channels, self._clock, self._rng = channels, clock, rng
        self._weights, self._noise_taps = _weights(), _noise_taps()
        self._white = rng.standard_normal((len(self._noise_taps) - 1, channels))
        self._paths: list[tuple[int, SignalPath]] = []  # each with its first cycle
        self._memory: Memory = {}

    def set_path(self, cycle: int, path: SignalPath) -> None:
        """Use `path` for the channels from this cycle on."""
        self._paths.append((cycle, path))

    def restart(self, cycle: int, rate_hz: int) -> None:
        """Empty the filter and restart at this cycle."""
        del self._paths[:-1]
        self._memory.clear()
        self._period = sample_cycles(rate_hz)
        self.next_cycle = cycle + settle_cycles(rate_hz)
        self._tail = np.zeros((0, 3, self._channels))

    def due(self, cycle: int) -> int:
        """Return how many conversions are complete by this cycle and not yet taken."""
        return max(0, (cycle - self.next_cycle) // self._period + 1)

    def cycle_of(self, count: int) -> int:
        """Return the cycle at which the last of the next `count` conversions is complete."""
        return self.next_cycle + (count - 1) * self._period

    def take(self, count: int) -> ConvertedSamples:
        """Return the next `count` conversions."""
        parts = [self._take(min(AT_ONCE, count - i)) for i in range(0, count, AT_ONCE)]
        return ConvertedSamples(np.concatenate([p.codes for p in parts]), np.concatenate([p.lead_off for p in parts]))

    def _take(self, count: int) -> ConvertedSamples:
        from scipy.signal import lfilter

        missing = 2 - len(self._tail)  # the filter needs so many blocks before the first
        blocks = count + missing
        end = self.next_cycle - LATENCY_CYCLES + (count - 1) * self._period
        u, p_v, n_v, bias_v = self._cells(end - blocks * self._period, blocks)
        partial = np.concatenate([self._tail, self._weights @ u.reshape(blocks, CELLS, self._channels)])
        self._tail = partial[-2:]
        fraction = partial[:-2, 0] + partial[1:-1, 1] + partial[2:, 2]
        self.next_cycle += count * self._period

        path = self._paths[-1][1]
        white = np.concatenate([self._white, self._rng.standard_normal((count, self._channels))])
        self._white = white[count:]
        noise = lfilter(self._noise_taps, [1.0], white, axis=0)[len(self._noise_taps) - 1 :]
        codes = np.rint(CODE_LIMIT * (fraction + path.noise_full_scale * noise))
        codes = np.where(path.powered_down, 0, np.clip(codes, -CODE_LIMIT, CODE_LIMIT - 1))
        ends = zip(p_v[missing:], n_v[missing:], bias_v[missing:], strict=True)
        lead_off = [path.lead_off(p, n, float(bias)) for p, n, bias in ends]
        return ConvertedSamples(codes.astype(np.int32), np.array(lead_off, np.int64))

    def _cells(
        self, begin: int, blocks: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the analog values of `blocks` sample periods from cycle `begin` on.

        These are modulator inputs [cells, channels], voltages of electrodes P and N [blocks, channels], and of the bias
        electrode [blocks].
        """
        cell = self._period // CELLS
        cycles = begin + cell // 2 + cell * np.arange(blocks * CELLS)
        times_s = self._clock.time_s(cycles)
        starts = np.array([start for start, _ in self._paths[1:]], np.int64)
        cuts = [0, *np.searchsorted(cycles, starts).tolist(), len(cycles)]
        runs = [
            path.modulate(times_s[a:b], cycles[a:b], cell, self._memory)
            for (_, path), a, b in zip(self._paths, cuts[:-1], cuts[1:], strict=True)
            if b > a
        ]
        del self._paths[:-1]
        u, *voltages = (np.concatenate(arrays) for arrays in zip(*runs, strict=True))
        p_v, n_v, bias_v = (v[CELLS - 1 :: CELLS] for v in voltages)
        return u, p_v, n_v, bias_v
