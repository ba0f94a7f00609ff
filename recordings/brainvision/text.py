"""BrainVision's text files, header and markers: sections of `key=value` lines, in the encoding that they name.

BrainVision Core Data Format 1.0: https://www.brainproducts.com/support-resources/brainvision-core-data-format-1-0/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from earloop.recordings.recording import RecordingError
from earloop.spec.bounded_file import FileTooLongError, read_at_most

MOST_BYTES = 100_000_000  # a million markers take some 30 MB, a header of 4,096 channels less than one
SECTION = re.compile(r"\[(.*)\]")
CODEPAGE = re.compile(rb"^[ \t]*Codepage[ \t]*=[ \t]*([\w-]+)", re.IGNORECASE | re.MULTILINE)
OLD = "latin-1"  # encoding of a file that names none and is not in UTF-8
FREE_TEXT = "comment"  # a section that is not a list of keys


@dataclass(frozen=True)
class HeaderLine:
    """A line `key=value` with its number, from 1."""

    number: int
    key: str
    value: str


def read_sections(path: Path) -> dict[str, list[HeaderLine]]:
    """Read the lines of each section; names of sections become lower case.

    Raises
    ------
    RecordingError
        The file is larger than `MOST_BYTES`.
    """
    try:
        content = read_at_most(path, MOST_BYTES)
    except FileTooLongError as error:
        raise RecordingError(f"{path}: {error}") from None
    sections: dict[str, list[HeaderLine]] = {}
    lines: list[HeaderLine] = []
    name = ""
    for number, line in enumerate(_decoded(content).splitlines(), start=1):
        text = line.strip()
        if section := SECTION.fullmatch(text):
            name = section[1].strip().lower()
            lines = sections.setdefault(name, [])
        elif "=" in text and not text.startswith(";") and name != FREE_TEXT:
            key, value = text.split("=", maxsplit=1)
            lines.append(HeaderLine(number, key.strip(), value.strip()))
    return sections


def only_value(path: Path, lines: list[HeaderLine], key: str) -> str:
    """Return the value of a key in any case; empty if there is no such key.

    Raises
    ------
    RecordingError
        The key has two values.
    """
    matches = [line for line in lines if line.key.lower() == key.lower()]
    for other in matches[1:]:
        if other.value != matches[0].value:
            raise RecordingError(
                f"{path}: {key} is '{matches[0].value}' in line {matches[0].number} and '{other.value}' in line "
                f"{other.number}; delete one of them"
            )
    return matches[0].value if matches else ""


def fields_of(value: str) -> list[str]:
    """Return the fields of a value; a comma within a field is written as `\\1`."""
    return [field.strip(" \t").replace("\\1", ",") for field in value.split(",")]


def _decoded(content: bytes) -> str:
    named = CODEPAGE.search(content)
    codepage = named[1].decode("latin-1") if named else "utf-8"
    for encoding in ("cp1252" if codepage.upper() == "ANSI" else codepage, OLD):
        try:
            return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
        except (LookupError, UnicodeError):
            continue
    return content.decode(OLD)
