"""What a column is by its name: a clock, a counter, markers, a sensor of something else, or an electrode; and in which
unit.

A column without a unit is in uV.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from earloop.recordings.reading.trigger_values import TRIGGER_NAME
from earloop.recordings.reading.units import KNOWN, uv_per_unit

Role = Literal["electrode", "time", "counter", "marker", "other", "text"]

TIME_NAME = re.compile(
    r"((lsl|unix|device|system|local|arrival|recv|epoch|sample|absolute|relative|elapsed|recording)[ _]?)?"
    r"(time([ _]?stamps?)?|date[ _]?time|date|clock|ts|t|millis|micros|seconds|secs?)",
    re.IGNORECASE,
)
COUNTER_NAME = re.compile(
    r"(samples?|index|sample[ _]?(index|number|num|no|count(er)?|id)|(eeg\.)?count(er)?|pack(et|age)s?"
    r"([ _]?(index|number|num|no|count(er)?|id))?|seq(uence)?([ _]?(number|num|no))?|frame|row|n|unnamed: \d+|#)?",
    re.IGNORECASE,
)
# Sensors that stand beside electrodes in the files of wearables, none of which is a potential at the skin.
OTHER_NAME = re.compile(
    r"(acc|accel|accelerometer|gyro|gyroscope|mag|magnetometer)([ _.]?(channel)?[ _.]?([xyz]|\d))?"
    r"|(battery|temp|temperature|humidity|pressure|heart[ _]?rate|spo2)([ _]\w+)?|ppg([ _]\w+)?|not[ _]used|unused"
    r"|event[ _]?(date|duration)|sampl(e|ing)[ _]?rate",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(r"(?P<name>.*\S)\s*(\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\])")
UNIT_ALONE = re.compile(r"[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]")  # a column that has a unit and no name
BEHIND_A_SIGN = re.compile(r"(?P<name>.*[^\s/_])\s*[/_ ]\s*(?P<unit>[^\s/_]+)")
WORDS = re.compile(r"[^\W\d_]+")
# A unit that stands anywhere in a name: `T7-mV`, `T7 {mV}`, `mV T7`. One that is not known is refused, not overlooked.
UNIT_WORD = re.compile(r"[pnuµμmkM]V|[num]v|(?i:(micro|milli|nano)?volts?)")
SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "μs", "usec", "micros", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table.

    index : its position
    header : its name as the file writes it
    name, unit : that name without the unit, and the unit; the unit may be empty
    scale : by how much its values are multiplied to be uV; None where they are not potentials
    unit_s : of a clock, its unit in seconds; None where its name does not tell
    role : what it is
    why_not : why it is no electrode, to follow "column X"; empty where it is one
    """

    index: int
    header: str
    name: str
    unit: str
    scale: float | None
    unit_s: float | None
    role: Role
    why_not: str = ""


def columns_of(names: tuple[str, ...], asked_for: tuple[str, ...] = ()) -> list[Column]:
    """Each column by its name; one that is asked for by name is an electrode, whatever it is called."""
    found = [_column(i, header, asked_for) for i, header in enumerate(names)]
    bare = Counter(column.name for column in found)
    return [
        replace(column, name=column.header) if bare[column.name] > 1 and column.unit else column for column in found
    ]


def _column(index: int, header: str, asked_for: tuple[str, ...]) -> Column:
    name, unit = _without_unit(header)
    role, why_not = _role(name, unit)
    scale: float | None = 1.0
    unit_s = None
    if role == "electrode" and (header in asked_for or unit):
        scale = uv_per_unit(unit) if unit else 1.0
        if scale is None:
            why_not = f"is in '{unit}', which is no unit of potential that is known ({KNOWN})"
    elif role == "time":
        unit_s = SECONDS.get(unit.lower().replace("µ", "μ")) or SECONDS.get(name.lower())
    if (header in asked_for or name in asked_for) and role != "electrode":
        role, why_not = "electrode", ""
    shown = header if header in asked_for else name
    return Column(
        index=index,
        header=header,
        name=shown or f"unnamed {index + 1}",
        unit=unit,
        scale=scale,
        unit_s=unit_s,
        role=role,
        why_not=why_not,
    )


def _without_unit(header: str) -> tuple[str, str]:
    """A name and its unit, which is empty where it has none."""
    if (alone := UNIT_ALONE.fullmatch(header)) and uv_per_unit(alone["unit"]) is not None:
        return header, alone["unit"]
    if found := IN_BRACKETS.fullmatch(header):
        unit = (found["round"] or found["square"] or "").strip()
        return found["name"], unit
    if found := BEHIND_A_SIGN.fullmatch(header):
        unit, name = found["unit"], found["name"]
        # `EOG_V` is the vertical EOG: behind these signs, a unit has a prefix.
        if (uv_per_unit(unit) is not None and len(unit) > 1) or (unit == "V" and header.endswith("/V")):
            return name, unit
        if TIME_NAME.fullmatch(name) and unit.lower().replace("µ", "μ") in SECONDS:
            return name, unit
    words = {word for word in WORDS.findall(header) if UNIT_WORD.fullmatch(word)}
    return header, words.pop() if len(words) == 1 else " and ".join(sorted(words))


def _role(name: str, unit: str) -> tuple[Role, str]:
    if TRIGGER_NAME.fullmatch(name):
        return "marker", "holds markers"
    if TIME_NAME.fullmatch(name) or unit.replace("µ", "μ") in SECONDS:
        return "time", "tells the time"
    if COUNTER_NAME.fullmatch(name):
        return "counter", "counts samples"
    if OTHER_NAME.fullmatch(name):
        return "other", "is no electrode by its name"
    return "electrode", ""
