"""The tutorials use what rooms hand out, and the start pages keep their promises; `make docs` runs the tutorials."""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest

from earloop.system.project import ROOT
from tests.site.shown import blocks_of

TUTORIALS = sorted((ROOT / "docs" / "gallery").glob("plot_*.py"))
START = ROOT / "docs" / "start"


def rooms_of(tree: ast.Module) -> dict[str, str]:
    """The packages of earloop that a program imports, by the names that it gives them."""
    rooms = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            rooms |= {name.asname or name.name: name.name for name in node.names if name.name.startswith("earloop")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("earloop"):
            rooms |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return rooms


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_uses_what_rooms_hand_out_and_nothing_else(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rooms = rooms_of(tree)
    used = {
        (rooms[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms
    }
    assert len(used) > 3
    assert {(room, name) for room, name in used if name not in import_module(room).__all__} == set()


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_writes_into_a_scratch_folder_and_draws_a_figure(path):
    text = path.read_text(encoding="utf-8")
    assert "tempfile.TemporaryDirectory()" in text
    assert re.search(r"plt\.subplots|el\.plot", text)
    assert "chdir" not in text


def test_the_front_page_leads_to_a_tutorial_for_each_user_and_to_the_first_plot():
    front = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r":link: tutorials/(\w+)", front))
    assert len(linked) == 4
    assert linked < {path.stem for path in TUTORIALS}
    assert "start/first-plot.md" in front


def test_a_first_plot_has_five_lines_and_a_first_look_ten_and_five_commands():
    plot = blocks_of(START / "first-plot.md")[0]
    program, commands = blocks_of(START / "first-look.md")
    assert len([line for line in plot.body.splitlines() if line]) == 5
    assert len([line for line in program.body.splitlines() if line]) <= 10
    assert len(commands.commands) == 5
