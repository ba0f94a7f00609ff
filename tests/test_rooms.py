"""Rooms and sub-rooms import what stands before them in the order of `rooms.py`, and go by one name."""

from __future__ import annotations

import ast
import tomllib

import pytest

from earloop.system.project import ROOT
from tests.rooms import (
    OUTSIDE,
    ROOMS,
    WITHIN,
    imported_modules,
    imported_parts,
    imported_rooms,
    may_import,
    may_import_within,
    sources,
)
from tools import draw_house

PACKED = [room for room in ROOMS if room not in OUTSIDE]
SUB_ROOMS = [(room, part) for room, parts in WITHIN.items() for part in parts]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_nothing_to_its_right(room):
    for path in sources(ROOT / room):
        wrong = imported_rooms(path.read_text("utf-8")) - may_import(room)
        allowed = ", ".join(name for name in ROOMS if name in may_import(room))
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}; {room} may import {allowed}"


@pytest.mark.parametrize(("room", "part"), SUB_ROOMS, ids=lambda name: name)
def test_a_sub_room_imports_nothing_to_its_right(room, part):
    allowed = may_import_within(room, part)
    for path in sources(ROOT / room / part):
        wrong = imported_parts(room, path.read_text("utf-8")) - allowed
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))} of its own room"


@pytest.mark.parametrize("room", WITHIN)
def test_every_part_of_a_room_has_its_place_in_the_order(room):
    parts = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"}
    parts |= {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    assert parts == set(WITHIN[room])


@pytest.mark.parametrize("room", ROOMS)
def test_no_modules_import_each_other_in_a_ring(room):
    """Within every folder, however deep, imports at the top of a file lead one way."""
    files = {path.relative_to(ROOT).with_suffix("").parts: path for path in sources(ROOT / room)}
    imports = {}
    for name, path in files.items():
        found = imported_modules(at_the_top(path.read_text("utf-8")))
        imports[name] = {target for each in found for target in (each, each[:-1]) if target in files} - {name}
    while free := {name for name, targets in imports.items() if not targets}:
        imports = {name: targets - free for name, targets in imports.items() if name not in free}
    assert not imports, "in a ring, or behind one: " + ", ".join(sorted("/".join(name) for name in imports))


def at_the_top(source):
    """The statements of a file that run when it is imported, without those for type checkers."""
    body = [node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return ast.unparse(ast.Module(body, []))


def test_the_picture_of_the_house_is_that_of_its_imports():
    assert draw_house.PICTURE.read_text("utf-8") == draw_house.draw(draw_house.matrices()), (
        "run: python -m tools.draw_house"
    )


def test_every_package_of_the_project_is_a_room():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests"} == set(ROOMS)


def test_a_wheel_an_editable_install_and_the_order_know_the_same_rooms():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    links = {path.name: path.resolve() for path in (ROOT / "src" / "earloop").iterdir() if path.is_symlink()}
    assert wheel["only-include"] == ["src/earloop", *PACKED]
    assert wheel["sources"] == {"src/earloop": "earloop"} | {room: f"earloop/{room}" for room in PACKED}
    assert links == {room: ROOT / room for room in PACKED}


def test_no_file_imports_a_room_by_its_bare_name():
    """It would be imported twice, as two modules with classes of their own."""
    for folder in (*ROOMS, "tests", "tools", "src"):
        for path in sources(ROOT / folder):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
                bare = [name for name in names if name.split(".")[0] in PACKED]
                assert not bare, f"{path.relative_to(ROOT)}:{node.lineno} imports {bare[0]}: write earloop.{bare[0]}"


def test_a_class_name_has_one_owner_in_the_whole_tree():
    owners = {}
    for room in ROOMS:
        for path in sources(ROOT / room):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    owners.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in owners.items() if len(paths) > 1} == {}


def test_rooms_side_by_side_do_not_know_each_other():
    assert may_import("firmware") == {"firmware", "system", "spec", "recordings", "synth_data", "sim"}
    assert may_import("bench") == set(ROOMS)


def test_imports_are_found_in_every_form_and_place():
    source = (
        "import numpy, earloop.hw.simulate\nfrom . import hil\nfrom earloop.system import text\n"
        "def f():\n    from earloop.sim import x\n    import earloop.model as m\n    import bench.table\n"
    )
    assert imported_rooms(source) == {"hw", "sim", "model", "system", "bench"}
