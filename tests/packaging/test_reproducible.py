"""Wheel and sdist have the same bytes wherever and whenever they are built, and the sdist builds the wheel again."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile

import pytest

from earloop.system.project import ROOT
from tests.packaging.conftest import build

NOT_OF_THE_PROJECT = shutil.ignore_patterns(".git", ".venv", ".build", "out", "__pycache__", ".*_cache", ".hypothesis")
YEARS_LATER_S = 1_900_000_000


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A copy of the tree under another path, with other times and permissions, and what a run leaves behind."""
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=NOT_OF_THE_PROJECT)
    for path in copy.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
            os.utime(path, (YEARS_LATER_S, YEARS_LATER_S))
    for left in ("out", ".build", "spec/__pycache__", ".venv"):
        (copy / left).mkdir()
        (copy / left / "left.pyc").write_bytes(b"left")
    return copy


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def test_the_wheel_has_the_same_bytes_from_another_folder_at_another_time(wheel, elsewhere, tmp_path):
    again = build("wheel", elsewhere, tmp_path, TZ="Asia/Kathmandu", PYTHONHASHSEED="7")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_the_sdist_has_the_same_bytes_from_another_folder_at_another_time(sdist, elsewhere, tmp_path):
    again = build("sdist", elsewhere, tmp_path, TZ="Asia/Kathmandu", PYTHONHASHSEED="7")
    assert again.name == sdist.name
    assert again.read_bytes() == sdist.read_bytes()


def test_a_change_in_the_tree_changes_both(wheel, sdist, elsewhere, tmp_path):
    changed = shutil.copytree(elsewhere, tmp_path / "changed", symlinks=True)
    (changed / "spec" / "errors.py").write_text("# another\n")
    assert build("wheel", changed, tmp_path).read_bytes() != wheel.read_bytes()
    assert build("sdist", changed, tmp_path).read_bytes() != sdist.read_bytes()


def test_the_sdist_builds_the_wheel_again(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    again = build("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path)
    assert again.read_bytes() == wheel.read_bytes()


def test_the_date_is_the_one_that_is_asked_for(elsewhere, tmp_path):
    """SOURCE_DATE_EPOCH is what distributions set."""
    dated = build("wheel", elsewhere, tmp_path, SOURCE_DATE_EPOCH="1700000000")  # 2023-11-14 22:13:20 UTC
    with zipfile.ZipFile(dated) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2023, 11, 14, 22, 13, 20)}
