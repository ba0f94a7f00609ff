"""Inputs at the chip's pins: potentials over time, and the impedance of each source.

Pins have the datasheet's names: IN1P, IN1N .. IN8P, IN8N, SRB1, SRB2, and BIASOUT for the bias electrode. Potentials
are in V against mid supply, to which the bias electrode holds the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording

UPSAMPLE = 8  # with this factor, cubic interpolation is within 0.002 dB up to 0.4 of the sampling rate
HALF_TAPS = 24  # samples on each side in the band-limited interpolation


@dataclass(frozen=True)
class SourceImpedance:
    """The impedance between a potential and its pin: Rs + Rd || C, Ohm and F."""

    series_ohm: float = 0.0
    parallel_ohm: float = 0.0
    farad: float = 0.0

    @property
    def dc_ohm(self) -> float:
        """Resistance at DC, Ohm."""
        return self.series_ohm + self.parallel_ohm


OPEN = SourceImpedance(1e12)  # a pin without a connection
"""The impedance of the source at a pin that has no connection."""


class Inputs(Protocol):
    """Potentials and sources at the pins."""

    @property
    def sources(self) -> Mapping[str, SourceImpedance]:
        """Sources by pin; other pins have a source without impedance."""

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """Return potentials, float64 [times, pins], V against mid supply, at ascending true times in s."""
        ...


class FunctionInputs:
    """Potentials as functions of time, or constants.

    Parameters
    ----------
    potentials : by pin, a constant in V or a function from times [n] in seconds to V [n]; other pins are at 0 V
    sources : source of each pin
    """

    def __init__(
        self,
        potentials: Mapping[str, float | Callable[[NDArray[np.float64]], NDArray[np.float64]]] | None = None,
        sources: Mapping[str, SourceImpedance] | None = None,
    ) -> None:
        self._potentials = dict(potentials or {})
        self.sources: Mapping[str, SourceImpedance] = dict(sources or {})

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """Return the values of the functions and constants, float64 [times, pins], V."""
        v = np.zeros((len(times_s), len(pins)))
        for i, pin in enumerate(pins):
            potential = self._potentials.get(pin, 0.0)
            v[:, i] = potential(times_s) if callable(potential) else potential
        return v


class SampledInputs:
    """Potentials from samples, with band-limited interpolation between them and constant values beyond their ends.

    Parameters
    ----------
    data_v : float64 [samples, pins], V; the first is at time 0
    sfreq : sampling rate, Hz
    pins : pins of the columns; other pins are at 0 V
    sources : source of each pin
    """

    def __init__(
        self,
        data_v: NDArray[np.float64],
        sfreq: float,
        pins: Sequence[str],
        sources: Mapping[str, SourceImpedance] | None = None,
    ) -> None:
        from scipy.signal import firwin, resample_poly

        taps = firwin(2 * HALF_TAPS * UPSAMPLE + 1, 1 / UPSAMPLE, window=("kaiser", 6.0))
        self._fine_v = resample_poly(data_v, UPSAMPLE, 1, axis=0, window=taps, padtype="edge")
        self._fine_hz = UPSAMPLE * sfreq
        self._last_s = (len(data_v) - 1) / sfreq
        self._column = {pin: i for i, pin in enumerate(pins)}
        self.sources: Mapping[str, SourceImpedance] = dict(sources or {})

    @classmethod
    def from_recording(
        cls, recording: Recording, sources: Mapping[str, SourceImpedance] | None = None
    ) -> SampledInputs:
        """Return the inputs of a recording in uV: channel n on INnP, its reference on SRB1 at 0 V."""
        pins = [f"IN{n + 1}P" for n in range(len(recording.channels))]
        return cls(1e-6 * np.asarray(recording.data, np.float64), recording.sfreq, pins, sources)

    def potentials_v(self, times_s: NDArray[np.float64], pins: Sequence[str]) -> NDArray[np.float64]:
        """Return the interpolated samples, float64 [times, pins], V."""
        columns = [self._column.get(pin, -1) for pin in pins]
        sampled = [i for i, column in enumerate(columns) if column >= 0]
        v = np.zeros((len(times_s), len(pins)))
        v[:, sampled] = self._interpolate(times_s, [columns[i] for i in sampled])
        return v

    def _interpolate(self, times_s: NDArray[np.float64], columns: list[int]) -> NDArray[np.float64]:
        """Interpolate by Lagrange's cubic through the four nearest upsampled samples."""
        position = np.clip(times_s, 0, self._last_s) * self._fine_hz
        index = np.floor(position).astype(np.int64)
        x = position - index
        first, last = int(index[0]) - 1, int(index[-1]) + 3
        rows = np.clip(np.arange(first, last), 0, len(self._fine_v) - 1)
        near = self._fine_v[rows[:, np.newaxis], columns]
        weights = (
            -x * (x - 1) * (x - 2) / 6,
            (x + 1) * (x - 1) * (x - 2) / 2,
            -(x + 1) * x * (x - 2) / 2,
            (x + 1) * x * (x - 1) / 6,
        )
        index -= first + 1
        v: NDArray[np.float64] = sum(w[:, np.newaxis] * near[index + j] for j, w in enumerate(weights))
        return v
