"""The order of the house: a room, and a sub-room within its room, imports what stands before it, nothing else.

`test_rooms.py` holds the project to it; `inputs.py` follows the same imports to find what a test depends on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from earloop.system.project import ROOT

STAGES = (
    ("system",),
    ("spec",),
    ("recordings",),
    ("synth_data",),
    ("sim",),
    ("hw", "firmware", "model"),  # side by side: none imports another
    ("hil",),
    ("api",),
    ("cli",),
    ("bench",),
)
ROOMS = tuple(room for stage in STAGES for room in stage)
PACKAGE = "earloop"
OUTSIDE = ("bench",)  # not part of the package: it is imported by its own name, from the project's folder

# Within a room each name, a sub-room's or a module's, imports only those before it. Rooms that are not here are flat.
WITHIN = {
    "recordings": (
        *("recording", "reading", "edf", "brainvision", "xdf", "tables", "raws", "store", "read", "file_info"),
        "own_design",
        "bids",
    ),
    "synth_data": ("subject", "session", "signals", "scenes", "head", "sources", "synthesise"),
    "sim": ("ads1299", "contacts", "front_end", "corpus", "timeline", "view"),
    "hw": ("generated", "registers", "simulate", "verify", "synthesise", "bench"),
    "model": (
        *("config", "tokens", "tensor_file", "tasks", "protocol", "network", "pretraining", "fitting", "baselines"),
        *("finetuning", "evaluation", "export", "experiments"),
    ),
    "hil": (
        *("run", "link", "faults", "transcript", "devices", "diagnosis", "judging", "reports", "plan", "live"),
        *("analog", "interop", "pytest_plugin"),
    ),
    "api": ("designs", "recordings", "signals", "learning", "verdict", "version", "view"),
    "cli": ("lazy_group", "main", "ctrl_c", "options", "output", "doctor", "plan_run", "demo", "commands"),
    "bench": ("machine", "table", "timing", "memory", "stimulus", "measurements", "kills", "pictures", "__main__"),
}


def may_import(room: str) -> frozenset[str]:
    """The rooms that a room may import, itself among them."""
    stage = next(i for i, rooms in enumerate(STAGES) if room in rooms)
    return frozenset({room}.union(*STAGES[:stage]))


def may_import_within(room: str, part: str) -> frozenset[str]:
    """The parts of its room that a sub-room or module may import, itself among them."""
    parts = WITHIN[room]
    return frozenset(parts[: parts.index(part) + 1])


def sources(path: Path) -> list[Path]:
    """The Python files of a folder, or the one file of a module."""
    if path.with_suffix(".py").is_file():
        return [path.with_suffix(".py")]
    return [file for file in sorted(path.rglob("*.py")) if "__pycache__" not in file.parts]


def imported_modules(source: str) -> frozenset[tuple[str, ...]]:
    """What a Python source imports of the project, at its top or anywhere within, as (room, part, ...).

    `from earloop.sim import view` may name a sub-room or an object; it is taken as a sub-room where there is one.
    """
    return frozenset(_without_package(names) for names in _imports(source) if _is_ours(names))


def imported_rooms(source: str) -> frozenset[str]:
    """The rooms that a Python source imports, at its top or anywhere within."""
    return frozenset(names[0] for names in imported_modules(source) if names)


def imported_parts(room: str, source: str) -> frozenset[str]:
    """The parts of its own room that a Python source imports, also by a name that the room hands out."""
    by_name = _handed_out(room)
    names = (name[1] for name in imported_modules(source) if len(name) > 1 and name[0] == room)
    return frozenset(by_name.get(name, name) for name in names) & frozenset(WITHIN[room])


@cache
def _handed_out(room: str) -> Mapping[str, str]:
    """The part that each public name of a room comes from, by its `__init__.pyi`."""
    stub = ROOT / room / "__init__.pyi"
    tree = ast.parse(stub.read_text("utf-8") if stub.is_file() else "")
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.name: str(node.module).partition(".")[0] for node in imports for alias in node.names}


def _imports(source: str) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((*node.module.split("."), alias.name) for alias in node.names)


def _is_ours(names: tuple[str, ...]) -> bool:
    return names[0] in OUTSIDE or (names[0] == PACKAGE and len(names) > 1 and names[1] in ROOMS)


def _without_package(names: tuple[str, ...]) -> tuple[str, ...]:
    return names[1:] if names[0] == PACKAGE else names
