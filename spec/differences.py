"""The differences of two JSON values, such as two designs or two plans, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LONGEST_VALUE = 60  # characters of a value in a message
_MISSING = object()  # the value of a key that is not there, which differs from one that is null


def differences(found: Any, wanted: Any, key: str = "") -> Iterator[str]:
    """Yield each field in which two JSON values differ, in their order, as `converter.gain is 12, not 24`.

    >>> list(differences({"notch": {"mains_hz": 50}, "sides": ["a"]}, {"notch": {"mains_hz": 60}, "sides": ["a", "b"]}))
    ['notch.mains_hz is 50, not 60', 'sides is a, not a, b']
    """
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in {**found, **wanted}:
            yield from differences(found.get(name, _MISSING), wanted.get(name, _MISSING), f"{key}.{name}".lstrip("."))
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for i, (old, new) in enumerate(zip(found, wanted, strict=True)):
            yield from differences(old, new, f"{key}[{i}]")
    elif found != wanted:
        yield f"{key} is {_brief(found)}, not {_brief(wanted)}"


def _brief(value: Any) -> str:
    """Return a value in words: names joined by commas, the number of tables in a list."""
    if isinstance(value, list):
        plain = not any(isinstance(entry, dict | list) for entry in value)
        text = ", ".join(map(str, value)) or "empty" if plain else f"{len(value)} entries"
    else:
        text = "missing" if value is _MISSING else "null" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
