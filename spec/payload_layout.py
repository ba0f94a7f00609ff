"""The offset of each field in the payload of its message, computed from the structs of the messages.

`earloop.spec.generate` writes the C structs and functions of `protocol.h` from it, so that the offsets are defined only
once: by `LAYOUT` or `HEADER` of each class in `earloop.spec.messages`, `earloop.spec.signal_messages` and
`earloop.spec.framing`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, fields

from earloop.spec.framing import Frame
from earloop.spec.messages import Configure, Error, Hello, Opening, Start, Status
from earloop.spec.signal_messages import Codes, Samples, Tick, Tokens

# The C names of the messages, or of the fixed part before their values. Frames have a fixed part of the same kind.
MESSAGES: Mapping[str, type] = {
    "opening": Opening,
    "hello": Hello,
    "configure": Configure,
    "start": Start,
    "status": Status,
    "error": Error,
    "samples_header": Samples,
    "codes_header": Codes,
    "tick_header": Tick,
    "tokens_header": Tokens,
    "frame_header": Frame,
}

_CODES = re.compile(r"(\d*)([BHIQs])")


@dataclass(frozen=True)
class PayloadField:
    """One field of a payload.

    offset, size : in bytes; the payload's first byte has offset 0
    is_integer : True for a little-endian unsigned integer, False for a string of bytes
    """

    name: str
    offset: int
    size: int
    is_integer: bool


def layout_of(message: type) -> struct.Struct:
    """Return the struct of a message, or of the fixed part before its values."""
    layout: struct.Struct = getattr(message, "LAYOUT", None) or message.HEADER  # type: ignore[attr-defined]
    return layout


def payload_fields(message: type) -> tuple[PayloadField, ...]:
    """Return the fields of a message's struct, in order; they are the first fields of the class, with their names.

    >>> payload_fields(Start)[1]
    PayloadField(name='run', offset=4, size=2, is_integer=True)

    Raises
    ------
    ValueError
        The struct is not little endian, or a field is neither an unsigned integer nor a string of bytes.
    """
    format_text = layout_of(message).format
    codes = _CODES.findall(format_text)
    if format_text != "<" + "".join(count + code for count, code in codes) or any(c and k != "s" for c, k in codes):
        raise ValueError(f"{message.__name__}: struct {format_text!r}: wanted '<' and codes of B, H, I, Q and 8s")
    found, offset = [], 0
    for field, (count, code) in zip(fields(message), codes, strict=False):
        size = struct.calcsize(f"<{count}{code}")
        found.append(PayloadField(field.name, offset, size, code != "s"))
        offset += size
    return tuple(found)
