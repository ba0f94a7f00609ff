"""The header of a stream in the Lab Streaming Layer and in XDF.

Both have the same XML: name, type, rate and format, and in the description one element for each channel with its label,
unit and type (https://github.com/sccn/xdf/wiki/EEG-Meta-Data).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from earloop.recordings.reading.column_names import COUNTER_NAME, OTHER_NAME, TIME_NAME
from earloop.recordings.reading.limits import MOST_CHANNELS
from earloop.recordings.reading.opened_file import CODES, FileChannel
from earloop.recordings.reading.trigger_values import TRIGGER_NAME
from earloop.recordings.reading.units import KNOWN, uv_per_unit
from earloop.recordings.recording import RecordingError

TEXT = "string"
VALUE_BYTES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, TEXT: 2}  # smallest size
CODE_FORMATS = ("int8", "int16", "int32")  # formats that fit in a recording's int32
SIGNAL_KINDS = {"eeg", "exg", "eog", "emg", "ecg"}
ELECTRODES = SIGNAL_KINDS | {
    "ekg",
    "ieeg",
    "seeg",
    "ecog",
    "dbs",
    "bio",
    "bip",
    "bipolar",
    "ref",
    "reference",
    "aux",
    "",
}
# Types of channels that are not potentials, even if their unit is one.
OTHERS = {
    "acc",
    "accel",
    "accelerometer",
    "gyr",
    "gyro",
    "gyroscope",
    "magnetometer",
    "bat",
    "battery",
    "cnt",
    "counter",
}
OTHERS |= {"samplecounter", "ppg", "gsr", "eda", "resp", "temp", "temperature", "light", "valid", "validation", "misc"}

NO_ELECTRODES = (TIME_NAME, COUNTER_NAME, OTHER_NAME)  # for labels of channels without unit and type
NO_UNIT = {"none", "unknown", "n/a", "na", "-"}  # words that sources write for an unknown unit


@dataclass(frozen=True, kw_only=True)
class StreamHeader:
    """The description of a stream.

    kind : type of the stream: `EEG`, `Markers`
    format : format of its values: `string`, `float32`, `double64` or `int8` to `int64`
    rate_hz : nominal rate; 0 for an irregular stream
    labels, units, types : for each channel; None if the header does not describe channels, empty for a missing value
    desc : facts of one line each, directly in the description
    described : number of channels with a description; if it differs from `channels`, the assignment is unknown, and the
        descriptions are ignored
    host : name of the machine that sent the stream, whose clock made its stamps; empty if it is unknown
    """

    name: str
    kind: str
    source_id: str
    format: str
    rate_hz: float
    channels: int
    labels: tuple[str, ...] | None
    units: tuple[str, ...] | None
    types: tuple[str, ...] | None
    desc: dict[str, str]
    described: int
    host: str = ""

    def __str__(self) -> str:
        rate = f"{self.rate_hz:g} Hz" if self.rate_hz else "irregular"
        return f"{self.name} ({self.kind or 'no type'}, {self.channels} x {self.format}, {rate})"

    @property
    def is_signal(self) -> bool:
        """Whether the stream has numbers at a regular rate."""
        return self.format != TEXT and self.rate_hz > 0

    @property
    def meta(self) -> dict[str, Any]:
        """Facts for a recording: name, source, and the design hash, if the description has one."""
        facts = {"stream": self.name, "source": self.source_id}
        return facts | {name: self.desc[name] for name in ("design_hash",) if name in self.desc}


def parse_header(header: ElementTree.Element) -> StreamHeader:
    """Read the `info` element of a stream.

    Raises
    ------
    ValueError
        A number is invalid, or a format is unknown.
    """

    def text(name: str) -> str:
        return (header.findtext(name) or "").strip()

    described = header.findall("desc/channels/channel")
    count = int(text("channel_count"))
    rate_hz = float(text("nominal_srate") or 0)
    if not (math.isfinite(rate_hz) and rate_hz >= 0):
        raise ValueError(f"{text('name')} has a nominal rate of {rate_hz} Hz")
    if text("channel_format") not in VALUE_BYTES:
        raise ValueError(
            f"{text('name')} has the format {text('channel_format')[:40]!r}; valid: {', '.join(VALUE_BYTES)}"
        )
    if not 1 <= count <= MOST_CHANNELS:
        raise ValueError(f"{text('name')} has {count:,} channels; must be 1 to {MOST_CHANNELS:,}")
    descriptions = described if len(described) == count else []
    return StreamHeader(
        name=text("name"),
        kind=text("type"),
        source_id=text("source_id"),
        format=text("channel_format"),
        rate_hz=rate_hz,
        channels=count,
        labels=_each(descriptions, "label"),
        units=_each(descriptions, "unit"),
        types=_each(descriptions, "type"),
        desc={fact.tag: (fact.text or "").strip() for fact in header.findall("desc/*") if not len(fact)},
        described=len(described),
        host=text("hostname"),
    )


def channel_names(header: StreamHeader) -> tuple[str, ...]:
    """Return the labels of the channels; numbered names if the header has none."""
    labels = header.labels or ("",) * header.channels
    return tuple(label or f"{header.kind or 'channel'} {i + 1}" for i, label in enumerate(labels))


def is_trigger(header: StreamHeader, channel: int) -> bool:
    """Return whether a channel of a signal has markers, by its type or its label."""
    texts = [(texts[channel] if texts else "") for texts in (header.types, header.labels)]
    return any(TRIGGER_NAME.fullmatch(text) for text in texts)


def stream_channels(header: StreamHeader, rate_hz: float) -> tuple[tuple[FileChannel, ...], tuple[str, ...]]:
    """Return the channels of a signal as a file's channels, and notes about missing units.

    A channel without a unit is in uV, the preferred unit of the specification, if its type or its stream's type is a
    potential.

    Raises
    ------
    RecordingError
        The header describes another number of channels than the stream has.
    """
    if header.described not in (0, header.channels):
        raise RecordingError(
            f"stream {header.name} describes {header.described} of its {header.channels} channels, and does not say "
            "which; let its source describe all or none"
        )
    channels, assumed = [], []
    for i, name in enumerate(channel_names(header)):
        unit = header.units[i] if header.units else ""
        unit = "" if unit.lower() in NO_UNIT else unit
        kind = header.types[i] if header.types else ""
        scale, why_not = _scale(header, unit, kind)
        if is_trigger(header, i):
            scale, why_not = None, "is a trigger channel, whose changes are events"
        # If the type is unknown, the unit determines whether the channel is an electrode.
        is_other = kind.lower() in OTHERS or (kind.lower() not in ELECTRODES and scale is None)
        label = header.labels[i] if header.labels else ""
        if label and not unit and not kind and any(form.fullmatch(label) for form in NO_ELECTRODES):
            is_other, why_not = True, "is not an electrode by its name"
        is_electrode = not is_other and not is_trigger(header, i)
        channels.append(
            FileChannel(name=name, unit=unit, rate_hz=rate_hz, scale=scale, is_electrode=is_electrode, why_not=why_not)
        )
        if is_electrode and scale is not None and not unit:
            assumed.append(name)
    listed = f"{assumed[0]} to {assumed[-1]}" if len(assumed) > 4 else ", ".join(assumed)
    return tuple(channels), (f"no unit is given for {listed}: read as uV",) if assumed else ()


def _scale(header: StreamHeader, unit: str, kind: str) -> tuple[float | None, str]:
    """Return the number of uV in a channel's unit, 1 for codes; or None and the reason."""
    if unit == CODES:
        if header.format in CODE_FORMATS:
            return 1.0, ""
        return None, f"is in '{CODES}', but its format is {header.format}; codes must be {', '.join(CODE_FORMATS)}"
    if unit:
        scale = uv_per_unit(unit, powers=True)
        return scale, "" if scale else f"is in '{unit}', which is not a known unit of potential ({KNOWN})"
    if header.kind.lower() in ELECTRODES or kind.lower() in SIGNAL_KINDS:
        return 1.0, ""
    return None, f"has no unit, and its type '{kind or header.kind}' is not a potential"


def _each(channels: list[ElementTree.Element], name: str) -> tuple[str, ...] | None:
    return tuple((channel.findtext(name) or "").strip() for channel in channels) or None
