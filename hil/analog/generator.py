"""What plays a waveform at the electrodes' attenuator: one small protocol, and the levels that it may be asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from earloop.spec.errors import EarloopError


class GeneratorError(EarloopError):
    """A generator that is not there, is none, or cannot play what is wanted."""


@dataclass(frozen=True)
class GeneratorFacts:
    """Who a generator is, and what it can do.

    name : for a person
    outputs : that play in step
    max_v : largest amplitude, V, either way, into the attenuator
    max_points : of a waveform, an output
    max_rate_hz : at which points may be played
    bits : of its converter
    gain_known : whether volts asked for are volts given; a sound card's volume is anyone's guess
    low_hz : below it nothing comes out; 0 for one that holds a constant voltage
    """

    name: str
    outputs: int
    max_v: float
    max_points: int
    max_rate_hz: float
    bits: int
    gain_known: bool
    low_hz: float


class Generator(Protocol):
    """Loaded once, played once for each trigger; opened by `with`."""

    @property
    def facts(self) -> GeneratorFacts: ...

    def load(self, volts: NDArray[np.float64], rate_hz: float) -> None:
        """Take a waveform, V, [points, outputs], of all outputs or the first; silent until triggered.

        Raises
        ------
        GeneratorError
            It is too long, too fast, or too large.
        """
        ...

    def trigger(self) -> None:
        """Play what is loaded once, from its beginning; returns at once."""
        ...

    def stop(self) -> None:
        """Be silent."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Opened(ABC):
    """What makes a generator a context manager: silent and closed in the end, whatever happens."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with (
                suppress(EarloopError) if error is not None else nullcontext()
            ):  # the first complaint is the one to hear
                self.stop()
        finally:
            self.close()


def check_waveform(facts: GeneratorFacts, volts: NDArray[np.float64], rate_hz: float) -> None:
    """Refuse, in one line, what a generator cannot play.

    Raises
    ------
    GeneratorError
        Names what is too much, by how much, and what to do.
    """
    points, outputs = volts.shape
    if outputs > facts.outputs:
        raise GeneratorError(f"{facts.name}: a waveform for {outputs} outputs, it has {facts.outputs}")
    if points > facts.max_points:
        raise GeneratorError(
            f"{facts.name}: a waveform of {points:,} points ({points / rate_hz:.1f} s), it holds {facts.max_points:,}: "
            "shorten the recording with --seconds"
        )
    if rate_hz > facts.max_rate_hz:
        raise GeneratorError(f"{facts.name}: {rate_hz:g} points a second, it plays up to {facts.max_rate_hz:g}")
    peak_v = float(np.abs(volts).max())
    if peak_v > facts.max_v:
        raise GeneratorError(
            f"{facts.name}: a peak of {peak_v:.3g} V, it gives {facts.max_v:g} V: use an attenuator of a smaller ratio "
            "(--attenuation), or a smaller --scale"
        )
