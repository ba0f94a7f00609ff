"""The interface of a waveform generator at the electrodes' attenuator, and the check of waveforms."""

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
    """A generator was not found, is not supported, or cannot play the waveform."""


@dataclass(frozen=True, kw_only=True)
class GeneratorFacts:
    """The identity and the limits of a generator.

    name : description for people
    outputs : number of synchronous outputs
    max_v : largest amplitude, V, in both directions, into the attenuator
    max_points : largest number of points of a waveform, per output
    max_rate_hz : highest rate of points
    bits : resolution of its converter
    gain_known : whether its output voltage is known; a sound card's volume is not
    low_hz : lower frequency limit; 0 for a generator with a DC output
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
    """A generator that plays a loaded waveform once per trigger; `with` opens it."""

    @property
    def facts(self) -> GeneratorFacts:
        """The identity and the limits of the generator."""
        ...

    def load(self, volts: NDArray[np.float64], rate_hz: float) -> None:
        """Load a waveform, V, [points, outputs], for all outputs or the first ones; silent until triggered.

        Raises
        ------
        GeneratorError
            The waveform is too long, too fast, or too large.
        """
        ...

    def trigger(self) -> None:
        """Play the waveform once from its beginning; return at once."""
        ...

    def stop(self) -> None:
        """Silence all outputs."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Opened(ABC):
    """The context manager of generators, which silences and closes them at the end in any case."""

    @abstractmethod
    def stop(self) -> None:
        """Silence all outputs."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # If there was an error before, that one is reported.
            with suppress(EarloopError) if error is not None else nullcontext():
                self.stop()
        finally:
            self.close()


def check_waveform(facts: GeneratorFacts, volts: NDArray[np.float64], rate_hz: float) -> None:
    """Refuse a waveform that a generator cannot play.

    Raises
    ------
    GeneratorError
        A limit is exceeded; the message names it and the remedy.
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
