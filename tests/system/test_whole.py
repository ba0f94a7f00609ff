"""Files and folders appear whole or not at all, whenever their maker is killed; one maker at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from earloop.system import whole
from earloop.system.whole import (
    HeldError,
    check_writable,
    hold,
    remove_leftovers,
    whole_file,
    whole_folder,
    write_whole,
    writing,
)

MAKERS = {
    "file": "with whole_file(path) as scratch: scratch.write_text('half'); print('made', flush=True); input()",
    "folder": "with whole_folder(path) as s: (s / 'a').write_text('half'); print('made', flush=True); input()",
    "lock": "path.mkdir()\nwith hold(path): print('made', flush=True); input()",
}


def maker(kind, path):
    """A process that is in the midst of making `path`."""
    head = "from pathlib import Path\nfrom earloop.system.whole import hold, whole_file, whole_folder\n"
    source = f"{head}path = Path({str(path)!r})\n{MAKERS[kind]}"
    process = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"made\n"
    return process


def names(folder):
    return [path.name for path in folder.iterdir()]


def killed(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "new" / "a.txt"
    write_whole(path, "first")
    write_whole(path, b"second")
    assert path.read_text() == "second"
    assert names(path.parent) == ["a.txt"]


def test_a_file_that_cannot_be_finished_leaves_the_older_one(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "first")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as scratch:
        scratch.write_text("half \udcff", encoding="utf-8")
    assert path.read_text() == "first"
    assert names(tmp_path) == ["a.txt"]


def test_a_missing_file_named_by_the_maker_is_its_own_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="other"), whole_folder(tmp_path / "a"):
        (tmp_path / "other").read_text()
    assert names(tmp_path) == []


@pytest.mark.parametrize("older", ["none", "empty", "full"])
def test_a_folder_takes_the_place_of_an_older_one(tmp_path, older):
    path = tmp_path / "a"
    if older != "none":
        path.mkdir()
    if older == "full":
        (path / "old").write_text("old")
    with whole_folder(path) as scratch:
        (scratch / "new").write_text("new")
    assert names(path) == ["new"]
    assert names(tmp_path) == ["a"]


def test_a_folder_is_replaced_where_the_system_cannot_exchange_names(tmp_path, monkeypatch):
    monkeypatch.setattr("earloop.system.whole._exchange", lambda one, other: False)
    test_a_folder_takes_the_place_of_an_older_one(tmp_path, "full")


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("name", ["a", "a.zarr", "[a]*"])
def test_what_a_killed_maker_left_is_removed_by_the_next(tmp_path, kind, name):
    killed(maker(kind, tmp_path / name))
    assert len(names(tmp_path)) == 1  # the scratch; nothing at the place itself
    assert not (tmp_path / name).exists()
    write_whole(tmp_path / name, "whole")
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_another_process_is_making_is_left_alone(tmp_path, kind):
    process = maker(kind, tmp_path / "a")
    try:
        remove_leftovers(tmp_path / "a")
        assert len(names(tmp_path)) == 1
        write_whole(tmp_path / "a", "mine")
        assert len(names(tmp_path)) == 2
    finally:
        killed(process)


def test_scratch_of_other_names_is_left_alone(tmp_path):
    killed(maker("file", tmp_path / "ab"))
    write_whole(tmp_path / "a", "whole")
    assert len(names(tmp_path)) == 2


def test_a_lock_keeps_others_out_until_its_holder_is_gone(tmp_path):
    process = maker("lock", tmp_path / "a")
    try:
        with pytest.raises(HeldError, match="another process is writing it"), hold(tmp_path / "a"):
            pass
    finally:
        killed(process)
    with hold(tmp_path / "a"):
        pass


class Refused(Exception):
    """A user's error."""


def test_what_the_system_says_against_writing_is_one_line_of_the_error_that_was_asked_for(tmp_path):
    (tmp_path / "file").write_text("mine")
    path = tmp_path / "file" / "a.txt"
    with (
        pytest.raises(Refused, match=r"^.*file/a\.txt: cannot be written \(File exists\)$") as caught,
        writing(path, Refused),
    ):
        write_whole(path, "text")
    assert caught.value.__cause__ is None
    with pytest.raises(Refused, match=r"a\.txt: cannot be written \(no reason\)$"), writing(path, Refused):
        raise OSError("no reason")
    with pytest.raises(ValueError, match="another"), writing(path, Refused):
        raise ValueError("another")


def test_the_folder_that_a_command_stands_in_can_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_writable(Path("file.npz").parent, Refused)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_a_scratch_file_is_made_leaves_none(tmp_path, monkeypatch):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(whole, "hold", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", "text")
    assert names(tmp_path) == []


def test_a_folder_that_could_not_be_made_is_refused_without_making_it(tmp_path):
    check_writable(tmp_path / "new" / "deeper", Refused)
    assert names(tmp_path) == []
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Refused, match=r"file/new: cannot be written"):
        check_writable(tmp_path / "file" / "new", Refused)
    assert names(tmp_path) == ["file"]
