"""The messages of the link, with the numbers in their fields, and the kinds of record of a transcript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum

from earloop.hil.transcript.format import RecordKind
from earloop.spec.design import load_design
from earloop.spec.framing import Frame
from earloop.spec.messages import DeviceFault, DeviceState, ErrorCode, MessageType, SampleSource, Tap
from earloop.spec.payload_layout import MESSAGES, PayloadField, layout_of, payload_fields
from earloop.spec.signal_messages import SAMPLE_BYTES, codes_per_frame
from tools.site.described import first_line, listed_meanings, member_comments
from tools.site.tables import code, table

PATH, RECORDS = "reference/generated/messages.inc", "reference/generated/transcript-records.inc"
SAID = re.compile(r"(?P<type>[A-Z]+), (?P<way>host to earbud|earbud to host)")
NUMBERS = (DeviceState, ErrorCode, Tap, SampleSource, DeviceFault)


def pages() -> dict[str, str]:
    """The text of each part of a page by its path in docs/."""
    numbers = (f"## {members.__name__}\n\n{first_line(members)}\n\n{_numbers(members)}" for members in NUMBERS)
    return {
        PATH: "\n".join(["## Types\n", _types(), *map(_message, _classes()), *numbers]),
        RECORDS: _numbers(RecordKind),
    }


def _classes() -> list[type]:
    return [message for message in MESSAGES.values() if message is not Frame]


def _types() -> str:
    ways: dict[str, list[str]] = {kind.name: [] for kind in MessageType}
    for message in _classes():
        ways[_said(message)["type"]].append(f"{_said(message)['way']}: {_size(message)}")
    sizes = (
        (str(kind.value), f"`{kind.name}`", "; ".join(ways[kind.name]) or "host to earbud: none")
        for kind in MessageType
    )
    return table(("number", "type", "payload, bytes in the reference design"), sizes)


def _said(message: type) -> re.Match[str]:
    found = SAID.match(first_line(message))
    if found is None:
        raise ValueError(f"{message.__name__}: its docstring does not begin with its type and its direction")
    return found


def _message(message: type) -> str:
    known, found = listed_meanings(message), payload_fields(message)
    rows = [_field(field, known) for field in found]
    rest = fields(message)[len(found) :]  # type: ignore[arg-type]
    rows += [(code(field.name), str(layout_of(message).size), "the rest", known[field.name]) for field in rest]
    heading = f"## {_said(message)['type']}, {_said(message)['way']}"
    about = first_line(message).removeprefix(_said(message)[0]).lstrip(":. ")
    name = f"`{message.__module__}.{message.__name__}`"
    words = f"{about[:1].upper()}{about[1:]} {name}".strip()
    return f"{heading}\n\n{words}\n\n{table(('field', 'offset', 'bytes', 'meaning'), rows)}"


def _field(field: PayloadField, known: Mapping[str, str]) -> tuple[str, ...]:
    kind = f"{field.size}" if field.is_integer else f"{field.size}, not a number"
    return code(field.name), str(field.offset), kind, known[field.name]


def _size(message: type) -> str:
    """The size of a payload; one with values of the signal has that of the reference design."""
    design = load_design()
    channels, patch, head = len(design.channels), design.tokens.patch, layout_of(message).size
    row = SAMPLE_BYTES * channels
    return {
        "Samples": f"up to {head + design.link.samples_per_frame * row}",
        "Codes": f"up to {head + codes_per_frame(channels, patch) * row}",
        "Tick": f"{head + 4 * channels}, or {head + 4 * len(design.bands)} at `bands`",
        "Tokens": f"{head + 2 * patch}",
    }.get(message.__name__, str(head))


def _numbers(members: type[Enum]) -> str:
    """The table of an enumeration's members, with the comment of each."""
    comments = member_comments(members)
    rows = ((str(member.value), code(member.name), comments[member.name]) for member in members)
    return table(("number", "name", "meaning"), rows)
