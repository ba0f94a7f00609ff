"""One live LSL stream: its search, its opening, and its received samples with times of this machine's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from earloop.hil.interop.lsl_library import LslError
from earloop.recordings.xdf.stream_header import TEXT, StreamHeader, parse_header

CLOCK_S = 5.0  # between two measurements of the sender's clock, as in LabRecorder
CLOCK_PATIENCE_S = 2.0  # timeout of a measurement, which takes some round trips
MOST_AT_ONCE = 4096  # largest number of samples per request


class LiveStream:
    """An inlet, and its samples since it was opened.

    header : the stream's description
    ended : whether its outlet is gone

    Raises
    ------
    LslError
        The stream disappeared before it sent its description, or the description is invalid.
    """

    def __init__(self, lsl: Any, info: Any, patience_s: float) -> None:
        self.where = f"LSL stream {info.name()}"
        self._inlet = lsl.StreamInlet(info, recover=False, processing_flags=lsl.proc_none)
        self._now: Callable[[], float] = lsl.local_clock
        self._values: list[Any] = []
        self._stamps: list[NDArray[np.float64]] = []
        self._corrections: list[tuple[float, float]] = []
        self._measured_s = -np.inf
        self.count, self.ended = 0, False
        try:
            self.header: StreamHeader = parse_header(
                ElementTree.fromstring(self._inlet.info(timeout=patience_s).as_xml())
            )
        except RuntimeError as error:  # pylsl's LostError and TimeoutError
            self.close()
            raise LslError(f"{self.where}: disappeared before it sent its description ({error})") from None
        except (ElementTree.ParseError, ValueError) as error:
            self.close()
            raise LslError(f"{self.where}: its description is invalid: {error}") from None

    def open(self, patience_s: float) -> None:
        """Start the transfer of samples; raises an LslError if the stream is gone."""
        try:
            self._inlet.open_stream(timeout=patience_s)
        except RuntimeError as error:
            raise LslError(f"{self.where}: disappeared before it sent a sample ({error})") from None

    def close(self) -> None:
        """Close the stream."""
        self._inlet.close_stream()

    def pull(self, most: int, wait_s: float) -> NDArray[Any] | None:
        """Return the available samples, up to `most`, after waiting for one if there are none; None if none arrived.

        A request never exceeds the available samples: without an outlet, liblsl would lose those of the request.
        """
        try:
            available = min(most, MOST_AT_ONCE, self._inlet.samples_available())
            rows, stamps = self._inlet.pull_chunk(
                timeout=0.0 if available else wait_s, max_samples=max(1, available), as_numpy=True
            )
        except RuntimeError:  # pylsl's LostError
            self.ended = True
            return None
        if not len(stamps):
            return None
        values = np.array(rows)
        self._values.append(values)
        self._stamps.append(np.array(stamps, np.float64))
        self.count += len(stamps)
        return values

    def measure_clock(self) -> None:
        """Measure the offset of the sender's clock, if the last measurement was some seconds ago."""
        if self.ended or self._now() - self._measured_s < CLOCK_S:
            return
        self._measured_s = self._now()
        try:
            correction = float(self._inlet.time_correction(timeout=CLOCK_PATIENCE_S))
        except RuntimeError:  # the sender is gone or silent: earlier measurements remain
            return
        self._corrections.append((self._now() - correction, correction))

    @property
    def clock_known(self) -> bool:
        """Whether the sender's clock was measured; otherwise it is assumed to be this machine's."""
        return bool(self._corrections)

    def values(self) -> NDArray[Any]:
        """Return all samples, [samples, channels]: numbers or texts."""
        if not self._values:
            return np.zeros((0, self.header.channels))
        found = np.concatenate(self._values)
        if self.header.format != TEXT:
            return found
        texts = [[text.decode("utf-8", "replace") for text in row] for row in found]
        return np.array(texts, dtype=object)

    def stamps(self) -> NDArray[np.float64]:
        """Return the time stamps of the samples, float64 [samples], by this machine's clock."""
        found = np.concatenate([np.zeros(0), *self._stamps])
        if not self._corrections:
            return found
        when, corrections = np.array(self._corrections).T
        return np.asarray(found + np.interp(found, when, corrections), np.float64)


def find_stream(lsl: Any, wanted: str, search_s: float, *, regular: bool) -> Any:
    """Find the only stream with a name, type or source id.

    Of several, `regular` selects those of numbers at a regular rate, and otherwise the others.

    Raises
    ------
    LslError
        There is no such stream, or there are several.
    """
    streams = lsl.resolve_streams(search_s)
    fits = [info for info in streams if wanted in (info.name(), info.type(), info.source_id())]
    if len(fits) > 1:
        fits = [info for info in fits if _is_regular(lsl, info) == regular] or fits
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = "; ".join(
            f"{info.name()} ({info.source_id() or 'no source id'}, on {info.hostname()})" for info in fits
        )
        raise LslError(f"LSL: {len(fits)} streams match {wanted}: {listed}: choose one by its name or source id")
    found = ", ".join(sorted(f"{info.name()} ({info.type()})" for info in streams)) or "none at all"
    raise LslError(f"LSL: no stream with the name, type or source id {wanted}; found {found}")


def _is_regular(lsl: Any, info: Any) -> bool:
    return bool(info.nominal_srate() > 0 and info.channel_format() != lsl.cf_string)
