"""The key of some folders changes with each of their source files, and with nothing else."""

from __future__ import annotations

import hashlib

import pytest

from earloop.system.sources import source_digests, source_key


@pytest.fixture
def tree(tmp_path):
    for name in (
        "a/one.py",
        "a/deep/two.toml",
        "b/three.py",
        "a/__pycache__/one.pyc",
        "a/.hidden",
        ".build/x",
        "out/y",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_each_source_file_has_the_digest_of_its_bytes(tree):
    names = ["a/deep/two.toml", "a/one.py", "b/three.py"]
    assert source_digests(tree) == {name: hashlib.sha256(name.encode()).hexdigest() for name in names}


@pytest.mark.parametrize(("name", "changes"), [("a/one.py", True), ("a/deep/two.toml", True), ("b/three.py", False),
                                               ("a/.hidden", False), ("a/__pycache__/one.pyc", False)])  # fmt: skip
def test_a_key_changes_with_the_files_of_its_folders_alone(tree, name, changes):
    before = source_key(["a"], tree)
    (tree / name).write_text("changed")
    assert (source_key(["a"], tree) != before) == changes


def test_a_file_that_moves_changes_the_key(tree):
    before = source_key(["a"], tree)
    (tree / "a" / "one.py").rename(tree / "a" / "other.py")
    assert source_key(["a"], tree) != before
