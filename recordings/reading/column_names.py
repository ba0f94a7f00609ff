"""The role and unit of a table's column by its name: a clock, a counter, markers, another sensor, or an electrode.

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
# Other sensors in the files of wearables; none of them measures a potential at the skin.
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
# A unit anywhere in a name: `T7-mV`, `T7 {mV}`, `mV T7`. An unknown unit is an error; it is never ignored.
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

    index : position of the column
    header : its name as the file writes it
    name, unit : that name without the unit, and the unit, which may be empty
    scale : factor from its values to uV; None if they are not potentials
    unit_s : unit of a clock in seconds; None if the name does not say it
    role : kind of column
    why_not : why it is not an electrode, for a sentence that begins with "column X"; empty for an electrode
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
    """Return each column by its name; the columns in `asked_for` are electrodes under any name."""
    columns = [_column(i, header, asked_for) for i, header in enumerate(names)]
    bare = Counter(column.name for column in columns)
    return [
        replace(column, name=column.header) if bare[column.name] > 1 and column.unit else column for column in columns
    ]


def _column(index: int, header: str, asked_for: tuple[str, ...]) -> Column:
    name, unit = _without_unit(header)
    role, why_not = _role(name, unit)
    scale: float | None = 1.0
    unit_s = None
    if role == "electrode" and (header in asked_for or unit):
        scale = uv_per_unit(unit) if unit else 1.0
        if scale is None:
            why_not = f"is in '{unit}', which is not a known unit of potential ({KNOWN})"
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
    """Return a name and its unit, which may be empty."""
    if (alone := UNIT_ALONE.fullmatch(header)) and uv_per_unit(alone["unit"]) is not None:
        return header, alone["unit"]
    if found := IN_BRACKETS.fullmatch(header):
        unit = (found["round"] or found["square"] or "").strip()
        return found["name"], unit
    if found := BEHIND_A_SIGN.fullmatch(header):
        unit, name = found["unit"], found["name"]
        # `EOG_V` is the vertical EOG: after these signs, a unit needs a prefix.
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
        return "time", "is a clock"
    if COUNTER_NAME.fullmatch(name):
        return "counter", "counts samples"
    if OTHER_NAME.fullmatch(name):
        return "other", "is not an electrode by its name"
    return "electrode", ""
