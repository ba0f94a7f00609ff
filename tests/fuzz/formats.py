"""What a format is to the fuzzer, and the formats that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.fuzz.chance import Chance

Files = dict[str, bytes]
"""A case: files by their path below its folder."""

MODULES = {
    "design": "tables",
    "plan": "tables",
    "scenario": "tables",
    "session": "sessions",
    "corpus": "sessions",
    "checkpoint": "models",
    "decoder": "models",
    "transcript": "transcripts",
    "edf": "edf",
    "bdf": "edf",
    "brainvision": "brainvision",
    "xdf": "xdf",
    "csv": "csv_tables",
}
FAULTY = "faulty"  # a format of no file, whose reader breaks the promise


@dataclass(frozen=True)
class Format:
    """A kind of file.

    case : draws one
    read : reads the case in a folder; raises EarloopError where it must be refused, AssertionError where what comes of
        it is not sane
    """

    case: Callable[[Chance], Files]
    read: Callable[[Path], object]


def format_of(name: str) -> Format:
    """The format of that name; its module is imported, and with it the libraries that it needs."""
    module = FAULTY if name == FAULTY else MODULES[name]
    found: dict[str, Format] = import_module(f"tests.fuzz.{module}").FORMATS
    return found[name]
