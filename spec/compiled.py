"""Compiled designs, kept on disk from one command to the next.

Compiling needs scipy's filter design, which takes longer to import than the rest of a command's start. What is kept is
named by all that it follows from (the design, the sources of this room, the versions of numpy and scipy), and begins
with its own digest: a file that is damaged or of another origin is not read, but made again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.system.project import BUILD
from earloop.system.sources import source_key
from earloop.system.whole import write_whole

FOLDER = BUILD / "designs"


def compiled(design: Design, folder: Path = FOLDER) -> FixedDesign:
    """What `earloop.spec.fixed.compile_design` makes of a design, compiled or found in `folder`.

    Raises
    ------
    DesignError
        As `compile_design` does; a design that is refused is never kept.
    """
    path = folder / f"{_key(design)}.json"
    found = _read(path)
    if found is not None and found.design == design:
        return found
    fixed = compile_design(design)
    body = _adapter().dump_json(fixed)
    with suppress(OSError):  # a folder that cannot be written costs the next command its time, no more
        write_whole(path, _digest(body).encode() + b"\n" + body)
    return fixed


def _read(path: Path) -> FixedDesign | None:
    """A kept design; None where there is none, or none that is whole."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
        return _adapter().validate_json(body, strict=True) if digest == _digest(body).encode() else None
    except (OSError, ValidationError):
        return None


@cache
def _adapter() -> TypeAdapter[FixedDesign]:
    return TypeAdapter(FixedDesign)


def _key(design: Design) -> str:
    facts = (design.design_hash, version("numpy"), version("scipy"), source_key(["spec"]))
    return _digest("\n".join(facts).encode())[:32]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
