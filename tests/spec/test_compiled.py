"""A compiled design that is found on disk is the one that compiling makes; anything else is made again."""

from __future__ import annotations

import pytest

from earloop.spec import compiled as room
from earloop.spec.compiled import compiled
from earloop.spec.errors import DesignError
from earloop.spec.fixed import compile_design
from earloop.spec.variants import vary_reference


@pytest.fixture
def counted(monkeypatch):
    """How many designs were compiled."""
    calls = []
    monkeypatch.setattr(room, "compile_design", lambda design: calls.append(design) or compile_design(design))
    return calls


def test_a_kept_design_equals_the_compiled_one(design, tmp_path, counted):
    designs = [design, vary_reference(notch={"mains_hz": 60}), vary_reference(notch={"mains_hz": 0})]
    for each in designs:
        wanted = compile_design(each)
        assert compiled(each, tmp_path) == wanted
        again = compiled(each, tmp_path)
        assert again == wanted
        assert again.token_lsb_uv == wanted.token_lsb_uv
        assert again.design.design_hash == each.design_hash
    assert len(counted) == len(designs)


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "other", "text"])
def test_a_damaged_one_is_made_again(design, tmp_path, counted, damage):
    wanted = compiled(design, tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    if damage == "other":
        compiled(vary_reference(notch={"mains_hz": 60}), tmp_path / "other")
        (other,) = (tmp_path / "other").iterdir()
        content = other.read_bytes()
    changed = {
        "flipped": content.replace(b'"tap_shift":', b'"tap_shift":1', 1),
        "cut": content[:-10],
        "empty": b"",
        "other": content,
        "text": b"\xff\n{}",
    }[damage]
    path.write_bytes(changed)
    counted.clear()
    assert compiled(design, tmp_path) == wanted
    assert len(counted) == 1


def test_another_source_or_version_is_another_file(design, tmp_path, monkeypatch):
    compiled(design, tmp_path)
    monkeypatch.setattr(room, "version", lambda name: "0.0")
    compiled(design, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_refused_design_is_refused_again(tmp_path):
    narrow = vary_reference(fixed_point={"coefficient_bits": 8})
    for _ in range(2):
        with pytest.raises(DesignError, match="coefficient_bits"):
            compiled(narrow, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_no_trouble(design, tmp_path):
    (tmp_path / "file").write_text("")
    assert compiled(design, tmp_path / "file") == compile_design(design)
