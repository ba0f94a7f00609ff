"""A room imports itself and rooms to its left."""

from __future__ import annotations

import pytest

from system.project import ROOT
from tests.rooms import ROOMS, imported_rooms, may_import


def sources(folder):
    return [path for path in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in path.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_nothing_to_its_right(room):
    for path in sources(room):
        wrong = imported_rooms(path.read_text("utf-8")) - may_import(room)
        allowed = ", ".join(name for name in ROOMS if name in may_import(room))
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}; {room} may import {allowed}"


def test_every_package_of_the_project_is_a_room():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests"} <= set(ROOMS)


def test_rooms_side_by_side_do_not_know_each_other():
    assert may_import("firmware") == {"firmware", "system", "spec", "recordings", "synth_data", "sim"}
    assert may_import("bench") == set(ROOMS)


def test_imports_are_found_in_every_form_and_place():
    source = "import numpy, hw.runner\nfrom . import hil\ndef f():\n    from sim import x\n    import model as m\n"
    assert imported_rooms(source) == {"hw", "sim", "model"}
