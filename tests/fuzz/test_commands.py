"""Commands on files that their readers refuse end with 2 and one line; cases are those of the fuzzer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earloop.cli.main import main
from earloop.recordings import Recording, write_session
from earloop.spec.errors import EarloopError
from tests.fuzz.chance import Chance
from tests.fuzz.formats import format_of
from tests.fuzz.worker import write_case

REFUSED = 8  # cases of each command
RECORDINGS = {
    "edf": "a.edf",
    "bdf": "a.bdf",
    "brainvision": "a.vhdr",
    "xdf": "a.xdf",
    "csv": "a.csv",
    "session": "a.zarr",
}
REPLAY = ("hil", "run", "--device", "golden", "--out", "{out}", "--recording", "{file}")
VIEW = ("sim", "view", "{file}", "--out", "{out}/a.png")
COMMANDS = [
    ("design", "a.toml", ("spec", "check", "--design", "{file}")),
    ("design", "a.toml", ("spec", "show", "--design", "{file}")),
    ("design", "a.toml", (*REPLAY[:-1], "{good}", "--design", "{file}")),
    ("plan", "a.toml", ("hil", "run", "{file}", "--out", "{out}")),
    ("scenario", "a.toml", ("synth", "--scenario", "{file}", "--seconds", "4", "--seed", "1", "--out", "{out}/a.zarr")),
    ("corpus", "c.zarr", ("corpus", "info", "{file}")),
    ("corpus", "c.zarr", ("corpus", "check", "{file}")),
    ("corpus", "c.zarr", ("pretrain", "--corpus", "{file}", "--out", "{out}")),
    ("checkpoint", "a.safetensors", ("embed", "{good}", "--checkpoint", "{file}", "--out", "{out}/a.npz")),
    ("checkpoint", "a.safetensors", (*REPLAY[:-1], "{good}", "--checkpoint", "{file}")),
    ("decoder", "a.safetensors", ("decode", "{good}", "--decoder", "{file}", "--out", "{out}/a.csv")),
    ("transcript", "a.transcript", ("hil", "replay", "{file}", "--recording", "{good}", "--out", "{out}")),
    *[(name, file, REPLAY) for name, file in RECORDINGS.items()],
    *[(name, file, VIEW) for name, file in RECORDINGS.items()],
]


@pytest.fixture(scope="module")
def good(tmp_path_factory, design) -> Path:
    """A session that nothing is wrong with."""
    path = tmp_path_factory.mktemp("good") / "good.zarr"
    codes = np.zeros((1500, len(design.channels)), np.int32)
    write_session(Recording(codes, "codes", float(design.converter.rate_hz), design.channels), path)
    return path


def refused_cases(name: str, file: str, folder: Path):
    """Folders with the first cases that the format's reader refuses; the same again and again."""
    kind, number, given = format_of(name), 0, 0
    while given < REFUSED:
        write_case(kind.case(Chance(name, number)), folder)
        number += 1
        if not (folder / file).exists():
            continue
        try:
            kind.read(folder)
        except EarloopError:
            given += 1
            yield number - 1


@pytest.mark.parametrize(("name", "file", "command"), COMMANDS, ids=[f"{' '.join(c[:2])} {n}" for n, _, c in COMMANDS])
def test_a_command_refuses_what_its_reader_refuses(name, file, command, good, tmp_path, capsys):
    ended = []
    for number in refused_cases(name, file, tmp_path / "case"):
        places = {"file": tmp_path / "case" / file, "out": tmp_path / "out", "good": good}
        rate = ["--rate", "250"] if name == "csv" else []
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([argument.format(**places) for argument in command] + rate)
        printed = capsys.readouterr().err
        ended.append(end.value.code)
        if end.value.code:
            assert end.value.code == 2, f"case {number}: {printed}"
            # The good session is read before the file, and its channels are printed.
            lines = [line for line in printed.splitlines() if line != "channels: T7, T9, T8, T10"]
            assert len(lines) == 1, f"case {number}: {printed}"
            assert lines[0].startswith("error: "), f"case {number}: {printed}"
            assert "Traceback" not in printed
    # What is wrong with a session may be in a track, or in a session of a corpus, that a command does not read.
    partly_read = name in ("session", "corpus", "transcript")
    assert all(ended) or partly_read, ended
    assert any(ended)
