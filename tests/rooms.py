"""The rooms, and the one rule between them: a room imports itself and rooms to its left, never to its right.

`test_rooms.py` holds the rooms to it; `result_cache.py` follows the same imports to find what a test depends on.
"""

from __future__ import annotations

import ast

STAGES = (
    ("system",),
    ("spec",),
    ("recordings",),
    ("synth_data",),
    ("sim",),
    ("hw", "firmware", "model"),  # side by side: none imports another
    ("hil",),
    ("earloop",),
    ("bench",),
)
ROOMS = tuple(room for stage in STAGES for room in stage)


def may_import(room: str) -> frozenset[str]:
    """The rooms that a room may import, itself among them."""
    stage = next(i for i, rooms in enumerate(STAGES) if room in rooms)
    return frozenset({room}.union(*STAGES[:stage]))


def imported_rooms(source: str) -> frozenset[str]:
    """The rooms that a Python source imports, at its top or anywhere within."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return frozenset(name.partition(".")[0] for name in names) & frozenset(ROOMS)
