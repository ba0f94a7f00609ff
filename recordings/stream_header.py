"""A stream as the Lab Streaming Layer and XDF describe it, and its samples as a recording.

Both carry the same XML: name, type, rate and format, and in the description one element a channel with its label and
unit (https://github.com/sccn/xdf/wiki/EEG-Meta-Data).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from recordings.channels import check_distinct, check_known, check_rate
from recordings.limits import MOST_CHANNELS
from recordings.recording import Annotation, Recording, RecordingError, Unit

TEXT = "string"
VALUE_BYTES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, TEXT: 2}  # of text: at least
CODES = "codes"
CODE_FORMATS = ("int8", "int16", "int32")  # what a recording's int32 holds
# Preferred are microvolts (EEG-Meta-Data, as above): they are assumed where no unit stands.
MICROVOLTS = {"microvolts": 1.0, "microvolt": 1.0, "uv": 1.0, "µv": 1.0, "μv": 1.0, "": 1.0}
UV_PER_UNIT = MICROVOLTS | {"millivolts": 1e3, "mv": 1e3, "nanovolts": 1e-3, "nv": 1e-3, "volts": 1e6, "v": 1e6}
RATE_TOLERANCE = 0.01  # crystals differ by less than 0.1 %; samples that were lost on the air by more


@dataclass(frozen=True)
class StreamHeader:
    """What a stream says of itself.

    format : of its values: `string`, `float32`, `double64` or `int8` to `int64`
    rate_hz : nominal; 0 of an irregular stream
    labels, units : of the channels; None where the header does not describe channels, empty where it leaves one out
    desc : facts of one line each that stand directly in the description
    """

    name: str
    kind: str
    source_id: str
    format: str
    rate_hz: float
    channels: int
    labels: tuple[str, ...] | None
    units: tuple[str, ...] | None
    desc: dict[str, str]

    def __str__(self) -> str:
        rate = f"{self.rate_hz:g} Hz" if self.rate_hz else "irregular"
        return f"{self.name} ({self.kind or 'no type'}, {self.channels} x {self.format}, {rate})"

    @property
    def is_signal(self) -> bool:
        """Whether it holds numbers at a regular rate."""
        return self.format != TEXT and self.rate_hz > 0


def parse_header(header: ElementTree.Element) -> StreamHeader:
    """Read the `info` element of a stream.

    Raises
    ------
    ValueError
        A number is none, a format is unknown, or a channel is not described.
    """

    def text(name: str) -> str:
        return (header.findtext(name) or "").strip()

    described = header.findall("desc/channels/channel")
    count = int(text("channel_count"))
    if described and len(described) != count:
        raise ValueError(f"{text('name')} describes {len(described)} of {count} channels")
    rate_hz = float(text("nominal_srate") or 0)
    if not (math.isfinite(rate_hz) and rate_hz >= 0):
        raise ValueError(f"{text('name')} has a nominal rate of {rate_hz} Hz")
    if text("channel_format") not in VALUE_BYTES:
        raise ValueError(f"{text('name')} holds {text('channel_format')[:40]!r}; known: {', '.join(VALUE_BYTES)}")
    if not 1 <= count <= MOST_CHANNELS:
        raise ValueError(f"{text('name')} has {count:,} channels; from 1 to {MOST_CHANNELS:,} are read")
    return StreamHeader(
        name=text("name"),
        kind=text("type"),
        source_id=text("source_id"),
        format=text("channel_format"),
        rate_hz=rate_hz,
        channels=count,
        labels=_each(described, "label"),
        units=_each(described, "unit"),
        desc={fact.tag: (fact.text or "").strip() for fact in header.findall("desc/*") if not len(fact)},
    )


def channel_names(where: object, header: StreamHeader) -> tuple[str, ...]:
    """Labels of the channels; by number where the header has none."""
    labels = header.labels or ("",) * header.channels
    names = tuple(label or f"{header.kind or 'channel'} {i + 1}" for i, label in enumerate(labels))
    check_distinct(where, names)
    return names


def stream_recording(
    where: object,
    header: StreamHeader,
    values: NDArray[Any],
    effective_hz: float,
    *,
    rate_hz: float | None = None,
    channels: tuple[str, ...] | None = None,
    annotations: Sequence[Annotation] = (),
) -> Recording:
    """Samples of a stream as a recording.

    Parameters
    ----------
    where : file or stream, as messages name it
    values : numbers of any kind, [samples, channels], in the header's units
    effective_hz : rate of the time stamps; 0 where they tell none
    rate_hz : settles which rate is right where nominal rate and time stamps differ; else it must be the nominal one
    channels : which, in which order

    Returns
    -------
    Recording
        float64 uV, or int32 codes where that is the header's unit. `meta` has the stream's name, source and effective
        rate, and the design hash where the header tells it.

    Raises
    ------
    RecordingError
        No samples; a channel is unknown or no voltage; the nominal rate is not that of the time stamps.
    """
    if not len(values):
        raise RecordingError(f"{where}: stream {header.name} holds no samples")
    sfreq = _rate(where, header, effective_hz, rate_hz)
    available = channel_names(where, header)
    names = available if channels is None else channels
    check_known(where, names, available)
    columns = [available.index(name) for name in names]
    unit, scale = _unit(where, header, names, columns)
    data = values[:, columns]
    meta: dict[str, Any] = {"stream": header.name, "source": header.source_id, "effective_rate_hz": effective_hz}
    if "design_hash" in header.desc:
        meta["design_hash"] = header.desc["design_hash"]
    with np.errstate(all="ignore"):  # what is no number, or becomes infinite, `Recording` names
        data = data.astype(np.int32) if unit == CODES else data.astype(np.float64) * scale
    try:
        return Recording(
            data,
            unit,
            sfreq,
            names,
            tuple(annotations),
            meta,
        )
    except RecordingError as error:
        raise RecordingError(f"{where}: {error}") from None


def _rate(where: object, header: StreamHeader, effective_hz: float, wanted_hz: float | None) -> float:
    """The nominal rate, if the time stamps agree with it; if they do not, the one of both that the caller names."""
    if not effective_hz or math.isclose(effective_hz, header.rate_hz, rel_tol=RATE_TOLERANCE):
        check_rate(where, wanted_hz, header.rate_hz)
        return header.rate_hz
    if wanted_hz == header.rate_hz or (wanted_hz and math.isclose(wanted_hz, effective_hz, rel_tol=RATE_TOLERANCE)):
        return float(wanted_hz)
    raise RecordingError(
        f"{where}: stream {header.name} says {header.rate_hz:g} Hz, its time stamps say {effective_hz:.4g} Hz: samples "
        "were lost, or the header is wrong; say which rate is right (--rate)"
    )


def _unit(
    where: object, header: StreamHeader, names: tuple[str, ...], columns: list[int]
) -> tuple[Unit, NDArray[np.float64]]:
    """The recording's unit, and by how much to multiply each channel, float64 [channels]."""
    units = [header.units[column] if header.units else "" for column in columns]
    if set(units) == {CODES} and header.format in CODE_FORMATS:
        return "codes", np.ones(len(units))
    for name, unit in zip(names, units, strict=True):
        if unit.lower() not in UV_PER_UNIT:
            raise RecordingError(f"{where}: channel {name} is in '{unit}', not in volts; leave it out of channels")
    return "uV", np.array([UV_PER_UNIT[unit.lower()] for unit in units])


def _each(channels: list[ElementTree.Element], name: str) -> tuple[str, ...] | None:
    return tuple((channel.findtext(name) or "").strip() for channel in channels) or None
