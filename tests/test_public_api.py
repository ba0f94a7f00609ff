"""What the rooms hand out: every name is there and explained, and the page about it runs."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest

from earloop.system.project import ROOT

PUBLIC = [
    f"earloop.{'.'.join(path.parent.relative_to(ROOT).parts)}"
    for path in sorted(ROOT.glob("*/**/__init__.pyi"))
    if path.parent.parts[len(ROOT.parts)] not in ("src", ".venv", ".build", "out")
]
PAGE = (ROOT / "docs" / "start" / "python.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PUBLIC)
def test_every_name_that_a_room_hands_out_is_there_and_explained(package):
    room = import_module(package)
    for name in room.__all__:
        value = getattr(room, name)
        is_code = inspect.isclass(value) or inspect.isroutine(value)
        assert not is_code or inspect.getdoc(value), f"{package}.{name} has no docstring"


def test_the_program_of_the_page_runs_and_prints_what_it_says(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec("\n".join(blocks), {})
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"pass \d+ criteria", lines[0])
    assert lines[-1] == "('even', 'odd') (12, 2)"
    assert any(line.startswith("| PiMT scratch |") for line in lines)


def test_the_page_imports_what_rooms_hand_out_and_nothing_else():
    for package, names in re.findall(r"^from (earloop\S*) import (.+)$", PAGE, re.MULTILINE):
        assert set(names.split(", ")) <= set(import_module(package).__all__)
    assert set(re.findall(r"\bel\.(\w+)", PAGE)) <= set(import_module("earloop").__all__)
