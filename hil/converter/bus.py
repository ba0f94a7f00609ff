"""The bus way in: the firmware takes a recording by its own driver, from the ADS1299's model on its bus.

The voltages that the codes of a recording stand for lie on the electrodes' pins, beginning when the chip first
converts; the model makes codes of them anew, with the gain, offset and noise of a part that is drawn. What it gives is
written down beside the driver, so that what comes over the link can be held to it sample by sample.

    codes -> volts -> ADS1299 model --SPI--> driver -> tokenizer -> link -> host
                             |                                               |
                             +--------- written down: equal? ----------------+
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firmware.build import build_elf
from firmware.converter import Bridge, ChipBus
from firmware.emulator import Emulator
from firmware.loopback import Loopback
from hil.converter.samples import OwnSamples
from hil.converter.take import take_samples
from hil.device import Advance, DeviceRun, Identity
from hil.earbud import EMULATED_SILENCE_S, introduced
from hil.link import EarbudLink
from hil.port import Clock, Port, open_port
from recordings import Recording
from sim import codes_to_uv
from sim.ads1299 import Ads1299, FunctionInputs, Inputs, Opcode, SampledInputs, Source
from spec.design import Design
from spec.fixed import FixedDesign
from spec.messages import Source as SampleSource
from spec.messages import Tap

ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS
_HEAD_BYTES, _CODE_BYTES = 3, 3  # of a frame of samples: SBAS499C, section 9.4.4.2


class WitnessBus(ChipBus):
    """A bus that writes down what the chip gives.

    Attributes
    ----------
    conversions : codes, each a list [channels], of each START that the chip was given
    began : called at each START
    """

    def __init__(self, chip: Ads1299, channels: int) -> None:
        super().__init__(chip)
        self._channels = channels
        self.conversions: list[list[list[int]]] = []
        self.began: Callable[[], None] = lambda: None

    def exchange(self, out: bytes) -> bytes:
        """As the chip has it."""
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
    """Inputs whose time 0 is when the chip first converts; before, what they begin with."""

    def __init__(self, inputs: Inputs, chip: Ads1299) -> None:
        self._inputs, self._chip = inputs, chip
        self._begin_s: float | None = None

    def begin(self) -> None:
        """The chip converts; a later time is a restart, for which the wearer does not wait."""
        if self._begin_s is None:
            self._begin_s = self._chip.time_s

    @property
    def sources(self) -> Mapping[str, Source]:
        return self._inputs.sources

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """As the inputs have it."""
        begin_s = times_s[-1] if self._begin_s is None else self._begin_s
        return self._inputs.potentials_v(times_s - begin_s, pins)


@dataclass(frozen=True)
class AtBus:
    """The firmware with a bus in its reach; see `hil.faults.earbud.EarbudAtHand` for the rest."""

    kind: str
    name: str
    port: Port
    clock: Clock | None = None


Connect = Callable[[ExitStack, ChipBus], AtBus]
"""Brings the firmware to a bus; what is to be closed afterwards goes on the stack."""


def emulated_at_bus(fixed: FixedDesign, image: Path | None = None) -> Connect:
    """The firmware in QEMU, its second serial line a bridge to the bus: that ELF, or the tree's own."""
    elf = image or build_elf(fixed)

    def connect(stack: ExitStack, bus: ChipBus) -> AtBus:
        emulator = stack.enter_context(Emulator(elf))
        stack.enter_context(Bridge(open_port(emulator.bridge_port, fixed.design), bus))
        return AtBus("firmware", f"STM32F405 in QEMU, {elf.name}", open_port(emulator.port, fixed.design))

    return connect


def in_process_at_bus(fixed: FixedDesign) -> Connect:
    """The firmware compiled into this process, as `hil.analog.simulated_bench` has it."""

    def connect(stack: ExitStack, bus: ChipBus) -> AtBus:
        port = Loopback(fixed, bus=bus)
        return AtBus("simulated", "firmware in this process", port, port)

    return connect


class BusEarbud:
    """A device that is given codes by way of its converter.

    Parameters
    ----------
    connect : brings the firmware to the bus
    rng : of the part's errors and the noise
    bus : makes the bus of a chip and its channels
    """

    identity: Identity

    def __init__(
        self,
        fixed: FixedDesign,
        connect: Connect,
        rng: np.random.Generator,
        bus: Callable[[Ads1299, int], WitnessBus] = WitnessBus,
    ) -> None:
        self._fixed, self._connect = fixed, connect
        channels = len(fixed.design.channels)
        self._chip = Ads1299(FunctionInputs(), 4 if channels <= 4 else 8, rng=rng)
        self._bus = bus(self._chip, channels)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            at = self._connect(stack, self._bus)
            link = EarbudLink(at.port, self._fixed, clock=at.clock, silence_s=EMULATED_SILENCE_S)
            self._link = stack.enter_context(link)
            self.identity = introduced(at.kind, f"{at.name}, ADS1299 model on its bus", link, None)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """What it makes of the voltages that the codes stand for; as many samples at least, and `own` codes."""
        played = _Played(_inputs(codes, self._fixed.design), self._chip)
        self._chip.connect(played)
        self._bus.began = played.begin
        self._bus.conversions.clear()
        run = take_samples(
            self._link,
            self._fixed,
            len(codes),
            advance,
            source=SampleSource.BRIDGE,
            taps=ALL_TAPS,
            emulated=True,
        )
        assert run.own is not None
        return replace(run, own=_witnessed(run.own, self._bus.conversions))


def _inputs(codes: NDArray[np.int32], design: Design) -> Inputs:
    uv = codes_to_uv(codes, design.converter)
    return SampledInputs.from_recording(Recording(uv, "uV", float(design.converter.rate_hz), design.channels))


def _witnessed(own: OwnSamples, conversions: list[list[list[int]]]) -> OwnSamples:
    """Each segment beside what the chip gave in it: each START is a run of the earbud."""
    channels = own.segments[0].codes.shape[1]
    segments = []
    for segment in own.segments:
        given = conversions[segment.run][: len(segment.codes)] if segment.run < len(conversions) else []
        segments.append(replace(segment, given=np.array(given, np.int32).reshape(-1, channels)))
    return replace(own, segments=tuple(segments))
