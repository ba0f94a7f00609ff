"""The whole bench without hardware: a generator with hold and rounding, dividers, and an earbud's ADS1299.

The earbud is the firmware in this process, and its driver is on a bus with the chip's model. Its data come over the
same link as those of a real earbud. Time passes only while the chip converts.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.firmware.converter import ChipBus
from earloop.firmware.loopback import Loopback
from earloop.hil.analog.attenuator import Attenuator
from earloop.hil.analog.generator import GeneratorFacts, Opened, check_waveform
from earloop.hil.devices.earbud import Earbud, Plug
from earloop.hil.link.earbud_link import SILENCE_S
from earloop.sim.ads1299 import Ads1299, ChipClock, ChipErrors
from earloop.sim.ads1299.inputs import SourceImpedance
from earloop.spec.fixed import FixedDesign

BITS, MAX_V, MAX_POINTS, MAX_RATE_HZ = 16, 5.0, 1_000_000, 1e6
DELAY_S = (0.02, 0.3)  # range of the random delay from a trigger to the first point
CLOCK_ERROR = 0.005  # largest error of the ADS1299's oscillator at 25 C, SBAS499C, section 7.5
CELL_S = 1e-3 / 64  # duration of a single requested value


@dataclass(frozen=True)
class BenchFaults:
    """The faults of a bench.

    ratio : (index of electrode, factor on its attenuation)
    swapped : indices of two electrodes whose wires are crossed
    open : indices of electrodes without a wire
    """

    ratio: tuple[tuple[int, float], ...] = ()
    swapped: tuple[int, int] | None = None
    open: tuple[int, ...] = ()


SOUND = BenchFaults()


@dataclass(frozen=True)
class BenchTruth:
    """The true values that a calibration must find.

    gain : float64 [channels], uV received per uV requested
    offset_uv : float64 [channels], offset of the amplifiers, and of their input currents in the dividers
    clock : relative error of the converter's clock
    """

    gain: NDArray[np.float64]
    offset_uv: NDArray[np.float64]
    clock: float


class SimulatedBench(Opened):
    """A generator whose outputs drive the inputs of its chip; it is also the `Inputs` of that chip.

    Parameters
    ----------
    rng : draws the dividers' errors, the noise, the chip and its clock
    attenuator : the dividers
    faults : the faults of the bench
    outputs : number of the generator's outputs; by default that of the channels
    """

    def __init__(
        self,
        fixed: FixedDesign,
        attenuator: Attenuator,
        rng: np.random.Generator,
        *,
        faults: BenchFaults = SOUND,
        outputs: int | None = None,
    ) -> None:
        self._fixed, self._rng = fixed, rng
        self._channels = len(fixed.design.channels)
        self._outputs = outputs or self._channels
        self.facts = GeneratorFacts(
            name="simulated generator",
            outputs=self._outputs,
            max_v=MAX_V,
            max_points=MAX_POINTS,
            max_rate_hz=MAX_RATE_HZ,
            bits=BITS,
            gain_known=True,
            low_hz=0.0,
        )
        self._source_ohm = attenuator.source_ohm
        self._noise_uv2_hz = attenuator.noise_uv2_hz
        self._ratio = attenuator.ratio * (1 + attenuator.tolerance / 3 * rng.standard_normal(self._channels))
        for channel, factor in faults.ratio:
            self._ratio[channel] *= factor
        self._share = 1 / self._ratio
        self._share[list(faults.open)] = 0.0
        self._feeds = np.arange(self._channels) % self._outputs
        if faults.swapped:
            a, b = faults.swapped
            self._feeds[[a, b]] = self._feeds[[b, a]]
        part = ChipErrors.draw(rng)
        clock = ChipClock(error=float(rng.uniform(-CLOCK_ERROR, CLOCK_ERROR)))
        shown = (1 + part.gain_error[: self._channels]) / (1 + part.vref_error)
        input_v = part.offset_v[: self._channels] + attenuator.source_ohm * part.input_bias_a[0, : self._channels]
        self.truth = BenchTruth(shown * self._share * attenuator.ratio, 1e6 * input_v * shown, clock.error)
        self.chip = Ads1299(self, 4 if self._channels <= 4 else 8, rng=rng, clock=clock, part=part)
        self._areas_vs = np.zeros((self._outputs, 1))  # under each waveform up to each point, V s
        self._rate_hz, self._begin_s = 1.0, np.inf

    # ---- The generator ----

    def load(self, volts: NDArray[np.float64], rate_hz: float) -> None:
        """Load a waveform, V, [points, outputs], rounded to the generator's bits."""
        check_waveform(self.facts, volts, rate_hz)
        step_v = np.maximum(np.abs(volts).max(axis=0), 1e-9) / 2 ** (BITS - 1)  # its range follows the peak
        held_v = np.rint(volts / step_v) * step_v
        self._areas_vs = np.pad(np.cumsum(held_v, axis=0), ((1, 0), (0, 0))).T / rate_hz
        self._rate_hz, self._begin_s = rate_hz, np.inf

    def trigger(self) -> None:
        """Play the waveform after a random delay."""
        self._begin_s = self.chip.time_s + float(self._rng.uniform(*DELAY_S))

    @property
    def begin_s(self) -> float:
        """True time of the first point of the last waveform."""
        return self._begin_s

    def stop(self) -> None:
        """Silence all outputs."""
        self._begin_s = np.inf

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    # ---- The chip's pins ----

    @property
    def sources(self) -> dict[str, SourceImpedance]:
        """The source impedance of each pin."""
        return {f"IN{i + 1}P": SourceImpedance(self._source_ohm) for i in range(self._channels)}

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """Return the voltages after the dividers with their noise, relative to the generator's ground; [times, pins].

        Points are held until the next. Each value is the mean over its interval of the converter's time, so that steps
        count at their exact times.
        """
        v = np.zeros((len(times_s), len(pins)))
        cell_s = float(times_s[1] - times_s[0]) if len(times_s) > 1 else CELL_S
        sigma_v = 1e-6 * np.sqrt(self._noise_uv2_hz / (2 * cell_s))
        last = self._areas_vs.shape[1] - 1
        place = np.zeros((len(times_s), 2))
        if np.isfinite(self._begin_s):
            edges_s = times_s[:, np.newaxis] + (-cell_s / 2, cell_s / 2)
            place = np.clip((edges_s - self._begin_s) * self._rate_hz, 0.0, last)
        index = np.floor(place).astype(np.int64)
        after = np.minimum(index + 1, last)
        for i, pin in enumerate(pins):
            if pin.startswith("IN") and pin.endswith("P") and (channel := int(pin[2]) - 1) < self._channels:
                area_vs = self._areas_vs[self._feeds[channel]]
                edges_vs = area_vs[index] + (place - index) * (area_vs[after] - area_vs[index])
                v[:, i] = self._share[channel] * (edges_vs[:, 1] - edges_vs[:, 0]) / cell_s
                v[:, i] += sigma_v * self._rng.standard_normal(len(times_s))
        return v


class SimulatedEarbud(Earbud):
    """The firmware with that bench's chip."""

    kind = "simulated"

    def __init__(self, fixed: FixedDesign, bench: SimulatedBench) -> None:
        super().__init__(fixed, SILENCE_S)
        self._bench = bench

    def _plug_in(self, stack: ExitStack) -> Plug:
        port = Loopback(self._fixed, bus=ChipBus(self._bench.chip))
        return Plug(port=port, name="firmware in this process", clock=port)
