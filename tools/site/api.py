"""The Python API: a page for each room and sub-room that hands out names, as its `__init__.pyi` lists them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from earloop.system.project import ROOT
from tools.site.tables import heading

FOLDER = "reference/generated/api"
FRONT, SPEC = "earloop", "earloop.spec"
LEFT_OUT = ("earloop.api",)  # the front door hands out the same names


def packages() -> tuple[str, ...]:
    """The packages with a list of public names: the front door, then rooms in the order of the house."""
    from tests.rooms import ROOMS

    stubs = (stub.parent.relative_to(ROOT) for stub in sorted(ROOT.glob("*/**/__init__.pyi")))
    found = [path.parts for path in stubs if path.parts[0] in ROOMS]
    found.sort(key=lambda parts: (ROOMS.index(parts[0]), parts))
    names = (f"{FRONT}.{'.'.join(parts)}" for parts in found)
    return FRONT, *(name for name in names if name not in LEFT_OUT)


def pages() -> dict[str, str]:
    """The text of each page by its path in docs/."""
    return {f"{FOLDER}/{package}.rst": _page(package) for package in packages()}


def same_spelling() -> dict[str, str]:
    """Other file names for public names that differ from an earlier one in capitals alone, as some disks need."""
    seen: set[str] = set()
    other = {}
    for name in _full_names():
        if name.lower() in seen:
            other[name] = f"{name}-2"
        seen.add(name.lower())
    return other


def stubs() -> tuple[str, ...]:
    """The pages of single names, which autosummary writes, by their paths in docs/."""
    other = same_spelling()
    return tuple(f"{FOLDER}/names/{other.get(name, name)}.rst" for name in _full_names())


def _full_names() -> Iterator[str]:
    """The public names that have a page of their own."""
    for package in packages():
        room = import_module(package)
        yield from (f"{package}.{name}" for name in _names(room) if not _is_handed_on(room, name))


def _page(package: str) -> str:
    room = import_module(package)
    about = inspect.cleandoc(room.__doc__ or "").partition("\n\n")[0]
    return "\n".join([heading(package), about, "", f".. currentmodule:: {package}", "", *_groups(room)])


def _groups(room: ModuleType) -> Iterator[str]:
    kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors": [], "Constants": []}
    handed_on = [name for name in _names(room) if _is_handed_on(room, name)]
    for name in _names(room):
        if name not in handed_on:
            kinds[_kind(getattr(room, name))].append(name)
    for kind, names in kinds.items():
        if names:
            yield f"{kind}\n{'-' * len(kind)}\n"
            yield _list(names, "   :toctree: names\n   :nosignatures:\n")
    if handed_on:
        yield "From the room spec\n------------------\n\n.. currentmodule:: earloop.spec\n"
        yield _list(handed_on, "   :nosignatures:\n")


def _is_handed_on(room: ModuleType, name: str) -> bool:
    """Whether the front door hands on a name of the room spec, which has its page there."""
    return room.__name__ == FRONT and getattr(import_module(SPEC), name, None) is getattr(room, name)


def _list(names: list[str], options: str) -> str:
    return f".. autosummary::\n{options}\n" + "".join(f"   {name}\n" for name in names)


def _kind(value: object) -> str:
    if inspect.isclass(value):
        return "Errors" if issubclass(value, Exception) else "Classes"
    return "Functions" if inspect.isroutine(value) else "Constants"


def _names(room: ModuleType) -> list[str]:
    return [name for name in room.__all__ if not inspect.ismodule(getattr(room, name))]
