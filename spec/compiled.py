"""A cache of compiled designs on disk, which all commands share.

Compiling needs scipy's filter design, whose import takes longer than the rest of a command's start. The name of a cache
file depends on everything that determines its content: the design, the sources of this room, the versions of numpy and
scipy. The file begins with a digest of its content; a file with a wrong digest is ignored and written again.
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
    """Return a compiled design, from `folder` if it is cached there, else from `compile_design`.

    Raises
    ------
    DesignError
        `compile_design` refuses the design; a refused design is never cached.
    """
    path = folder / f"{_key(design)}.json"
    found = _read(path)
    if found is not None and found.design == design:
        return found
    fixed = compile_design(design)
    body = _adapter().dump_json(fixed)
    with suppress(OSError):  # without a writable folder the next command only takes longer
        write_whole(path, _digest(body).encode() + b"\n" + body)
    return fixed


def _read(path: Path) -> FixedDesign | None:
    """Return a cached design, or None if the file is missing or damaged."""
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
