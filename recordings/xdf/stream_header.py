"""A stream as the Lab Streaming Layer and XDF describe it.

Both carry the same XML: name, type, rate and format, and in the description one element a channel with its label, unit
and type (https://github.com/sccn/xdf/wiki/EEG-Meta-Data).
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
VALUE_BYTES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, TEXT: 2}  # of text: at least
CODE_FORMATS = ("int8", "int16", "int32")  # what a recording's int32 holds
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
# Types of channels that measure something else, whatever unit a source writes beside them.
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

NO_ELECTRODES = (TIME_NAME, COUNTER_NAME, OTHER_NAME)  # labels of channels of which neither unit nor type is told
NO_UNIT = {"none", "unknown", "n/a", "na", "-"}  # words that sources write where they know no unit


@dataclass(frozen=True)
class StreamHeader:
    """What a stream says of itself.

    kind : its type: `EEG`, `Markers`
    format : of its values: `string`, `float32`, `double64` or `int8` to `int64`
    rate_hz : nominal; 0 of an irregular stream
    labels, units, types : of the channels; None where the header does not describe channels, empty where it leaves one
        out
    desc : facts of one line each that stand directly in the description
    described : for how many channels the header has a description; where it is another number than there are, nobody
        knows which is which, and none is taken
    host : name of the machine that sent it, whose clock its stamps are on; empty where nothing tells
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
        """Whether it holds numbers at a regular rate."""
        return self.format != TEXT and self.rate_hz > 0

    @property
    def meta(self) -> dict[str, Any]:
        """What a recording of it keeps: name, source, and the design that made it, where it says so."""
        facts = {"stream": self.name, "source": self.source_id}
        return facts | {name: self.desc[name] for name in ("design_hash",) if name in self.desc}


def parse_header(header: ElementTree.Element) -> StreamHeader:
    """Read the `info` element of a stream.

    Raises
    ------
    ValueError
        A number is none, or a format is unknown.
    """

    def text(name: str) -> str:
        return (header.findtext(name) or "").strip()

    described = header.findall("desc/channels/channel")
    count = int(text("channel_count"))
    rate_hz = float(text("nominal_srate") or 0)
    if not (math.isfinite(rate_hz) and rate_hz >= 0):
        raise ValueError(f"{text('name')} has a nominal rate of {rate_hz} Hz")
    if text("channel_format") not in VALUE_BYTES:
        raise ValueError(f"{text('name')} holds {text('channel_format')[:40]!r}; known: {', '.join(VALUE_BYTES)}")
    if not 1 <= count <= MOST_CHANNELS:
        raise ValueError(f"{text('name')} has {count:,} channels; from 1 to {MOST_CHANNELS:,} are read")
    told = described if len(described) == count else []
    return StreamHeader(
        name=text("name"),
        kind=text("type"),
        source_id=text("source_id"),
        format=text("channel_format"),
        rate_hz=rate_hz,
        channels=count,
        labels=_each(told, "label"),
        units=_each(told, "unit"),
        types=_each(told, "type"),
        desc={fact.tag: (fact.text or "").strip() for fact in header.findall("desc/*") if not len(fact)},
        described=len(described),
        host=text("hostname"),
    )


def channel_names(header: StreamHeader) -> tuple[str, ...]:
    """Labels of the channels; by number where the header has none."""
    labels = header.labels or ("",) * header.channels
    return tuple(label or f"{header.kind or 'channel'} {i + 1}" for i, label in enumerate(labels))


def is_trigger(header: StreamHeader, channel: int) -> bool:
    """Whether a channel of a signal carries markers, by its type or its label."""
    texts = [(texts[channel] if texts else "") for texts in (header.types, header.labels)]
    return any(TRIGGER_NAME.fullmatch(text) for text in texts)


def stream_channels(header: StreamHeader, rate_hz: float) -> tuple[tuple[FileChannel, ...], tuple[str, ...]]:
    """The channels of a signal as a file's, and notes on units that nothing tells.

    A channel without a unit is taken to be in uV, the unit that the specification prefers, where its type or its
    stream's is that of a potential.

    Raises
    ------
    RecordingError
        The header describes more or fewer channels than there are.
    """
    if header.described not in (0, header.channels):
        raise RecordingError(
            f"stream {header.name} describes {header.described} of its {header.channels} channels, and does not tell "
            "which; have its source describe all or none"
        )
    found, assumed = [], []
    for i, name in enumerate(channel_names(header)):
        unit = header.units[i] if header.units else ""
        unit = "" if unit.lower() in NO_UNIT else unit
        kind = header.types[i] if header.types else ""
        scale, why_not = _scale(header, unit, kind)
        if is_trigger(header, i):
            scale, why_not = None, "is a trigger channel, whose changes are events"
        # Of a type that nobody knows the unit tells whether it is an electrode.
        is_other = kind.lower() in OTHERS or (kind.lower() not in ELECTRODES and scale is None)
        label = header.labels[i] if header.labels else ""
        if label and not unit and not kind and any(form.fullmatch(label) for form in NO_ELECTRODES):
            is_other, why_not = True, "is no electrode by its name"
        is_electrode = not is_other and not is_trigger(header, i)
        found.append(FileChannel(name, unit, rate_hz, scale, is_electrode, why_not))
        if is_electrode and scale is not None and not unit:
            assumed.append(name)
    listed = f"{assumed[0]} to {assumed[-1]}" if len(assumed) > 4 else ", ".join(assumed)
    return tuple(found), (f"no unit is told for {listed}: taken to be in uV",) if assumed else ()


def _scale(header: StreamHeader, unit: str, kind: str) -> tuple[float | None, str]:
    """How many uV one of a channel's unit is, 1 for codes; else None, and why not."""
    if unit == CODES:
        if header.format in CODE_FORMATS:
            return 1.0, ""
        return None, f"is in '{CODES}', but of {header.format}; codes are {', '.join(CODE_FORMATS)}"
    if unit:
        scale = uv_per_unit(unit, powers=True)
        return scale, "" if scale else f"is in '{unit}', which is no unit of potential that is known ({KNOWN})"
    if header.kind.lower() in ELECTRODES or kind.lower() in SIGNAL_KINDS:
        return 1.0, ""
    return None, f"has no unit, and is of type '{kind or header.kind}', which is no potential's"


def _each(channels: list[ElementTree.Element], name: str) -> tuple[str, ...] | None:
    return tuple((channel.findtext(name) or "").strip() for channel in channels) or None
