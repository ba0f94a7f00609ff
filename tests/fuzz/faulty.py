"""A format whose reader breaks each promise at a case of its own: the fuzzer must notice."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from earloop.spec.errors import EarloopError
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format


def numbered(chance: Chance) -> Files:
    """A file that says which case it is."""
    return {"number": chance.name.split()[-1].encode()}


def read(folder: Path) -> None:
    match int((folder / "number").read_bytes()):
        case 1:
            raise KeyError("unit")
        case 2:
            bytearray(3_000_000_000)
        case 3:
            os.abort()
        case 4:
            warnings.warn("invalid value", RuntimeWarning, stacklevel=1)
        case 5:
            raise EarloopError("x" * 10_000)
        case 6:
            raise EarloopError("as it should be")


FORMATS = {"faulty": Format(numbered, read)}
