"""The way in over the bus: the firmware reads a recording with its driver from an ADS1299 model.

The codes of a recording become voltages at the electrodes' pins, starting at the chip's first conversion. The model
converts them again, with gain error, offset and noise of a randomly drawn part. Its codes are recorded on the bus, so
that those received over the link can be compared with them sample by sample.

    codes -> volts -> ADS1299 model --SPI--> driver -> tokenizer -> link -> host
                             |                                               |
                             +------------- recorded: equal? ----------------+
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.firmware.build import build_elf
from earloop.firmware.converter import Bridge, ChipBus
from earloop.firmware.emulator import Emulator
from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import EMULATED_SILENCE_S, Earbud, Plug, plug_into
from earloop.hil.devices.own_converter import take_samples
from earloop.hil.link.port import open_port
from earloop.hil.run.device import Advance, DeviceRun
from earloop.hil.run.own_samples import OwnSamples
from earloop.recordings import Recording
from earloop.sim import codes_to_uv
from earloop.sim.ads1299 import Ads1299, FunctionInputs, Inputs, Opcode, SampledInputs, SourceImpedance
from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import SampleSource, Tap

ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
_HEAD_BYTES, _CODE_BYTES = 3, 3  # in a frame of samples: SBAS499C, section 9.4.4.2


class WitnessBus(ChipBus):
    """A bus that records the codes that the chip sends.

    Attributes
    ----------
    conversions : for each START, the codes of each conversion, a list [channels]
    began : called at each START
    """

    def __init__(self, chip: Ads1299, channels: int) -> None:
        super().__init__(chip)
        self._channels = channels
        self.conversions: list[list[list[int]]] = []
        self.began: Callable[[], None] = lambda: None

    def exchange(self, out: bytes) -> bytes:
        """Exchange bytes with the chip, and record its codes."""
        answer = super().exchange(out)
        if out[0] == Opcode.START:
            self.conversions.append([])
            self.began()
        elif out[0] == 0 and self.chip.continuous:
            self.conversions[-1].append(self._codes(answer))
        return answer

    def _codes(self, frame: bytes) -> list[int]:
        at = [_HEAD_BYTES + _CODE_BYTES * channel for channel in range(self._channels)]
        return [int.from_bytes(frame[i : i + _CODE_BYTES], signed=True) for i in at]


class _Played:
    """Inputs whose time 0 is the chip's first conversion; before it, they have their first value."""

    def __init__(self, inputs: Inputs, chip: Ads1299) -> None:
        self._inputs, self._chip = inputs, chip
        self._begin_s: float | None = None

    def begin(self) -> None:
        """Start the time at the first call; later calls are restarts of the converter, in which time continues."""
        if self._begin_s is None:
            self._begin_s = self._chip.time_s

    @property
    def sources(self) -> Mapping[str, SourceImpedance]:
        return self._inputs.sources

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """Return the inputs' potentials in volts, float64 [times, pins]."""
        begin_s = times_s[-1] if self._begin_s is None else self._begin_s
        return self._inputs.potentials_v(times_s - begin_s, pins)


class BusEarbud(Earbud):
    """A device that receives codes through its converter.

    Parameters
    ----------
    rng : draws the part's errors and the noise
    bus : creates the bus for a chip and its number of channels
    """

    def __init__(
        self,
        fixed: FixedDesign,
        rng: np.random.Generator,
        bus: Callable[[Ads1299, int], WitnessBus] = WitnessBus,
    ) -> None:
        super().__init__(fixed, EMULATED_SILENCE_S)
        channels = len(fixed.design.channels)
        self._chip = Ads1299(FunctionInputs(), 4 if channels <= 4 else 8, rng=rng)
        self._bus = bus(self._chip, channels)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run codes, int32 [samples, channels], as voltages; the result has at least as many `own_samples`."""
        played = _Played(_inputs(codes, self._fixed.design), self._chip)
        self._chip.connect(played)
        self._bus.began = played.begin
        self._bus.conversions.clear()
        run = take_samples(
            self.link,
            self._fixed,
            len(codes),
            advance,
            source=SampleSource.BRIDGE,
            taps=ALL_TAPS,
            emulated=True,
        )
        return replace(run, own_samples=_with_conversions(run.require_own_samples(), self._bus.conversions))


class EmulatedAtBus(BusEarbud):
    """The firmware in QEMU; its second serial line is a bridge to the bus.

    Parameters
    ----------
    image : a prebuilt ELF; by default the firmware of this tree is built
    """

    kind = "firmware"

    def __init__(self, fixed: FixedDesign, rng: np.random.Generator, image: Path | None = None) -> None:
        super().__init__(fixed, rng)
        self._elf = image or build_elf(fixed)

    def _plug_in(self, stack: ExitStack) -> Plug:
        emulator = stack.enter_context(Emulator(self._elf))
        bridge_port = open_port(emulator.bridge_port, self._fixed.design, write_s=EMULATED_SILENCE_S)
        stack.enter_context(Bridge(bridge_port, self._bus))
        name = f"STM32F405 in QEMU, {self._elf.name}, ADS1299 model on its bus"
        return plug_into(emulator, self._fixed.design, name)


class LoopbackAtBus(BusEarbud):
    """The firmware compiled into this process; `earloop.hil.analog.simulated_bench` uses it."""

    kind = "simulated"

    def _plug_in(self, stack: ExitStack) -> Plug:
        port = Loopback(self._fixed, bus=self._bus)
        return Plug(port=port, name="firmware in this process, ADS1299 model on its bus", clock=port)


def _inputs(codes: NDArray[np.int32], design: Design) -> Inputs:
    uv = codes_to_uv(codes, design.converter)
    return SampledInputs.from_recording(Recording(uv, "uV", float(design.converter.rate_hz), design.channels))


def _with_conversions(own_samples: OwnSamples, conversions: list[list[list[int]]]) -> OwnSamples:
    """Add the chip's codes to each segment; each START of the chip is one run of the earbud."""
    channels = own_samples.segments[0].codes.shape[1]
    segments = []
    for segment in own_samples.segments:
        converted = conversions[segment.run][: len(segment.codes)] if segment.run < len(conversions) else []
        segments.append(replace(segment, converted=np.array(converted, np.int32).reshape(-1, channels)))
    return replace(own_samples, segments=tuple(segments))
