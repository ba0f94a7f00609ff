"""A short session on disk, and the command line as a function that says how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from earloop.cli.main import main
from earloop.recordings import Recording, write_session
from earloop.sim import convert
from earloop.synth_data import synthesise


@dataclass(frozen=True)
class Ended:
    """Exit status of a command, and what it printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def earloop(capsys):
    """`earloop("spec", "check")`, in this process."""

    def run(*arguments) -> Ended:
        capsys.readouterr()
        status: object = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code or 0
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err)

    return run


@pytest.fixture
def refused(earloop, tmp_path):
    """Runs a command that must refuse: status 2, one line that begins with `error: `, and no file made or changed.

    The line that says which channel is which electrode may stand before it. Returns the line without its beginning.
    """

    def run(*arguments) -> str:
        before = listing(tmp_path)
        ended = earloop(*arguments)
        assert ended.status == 2, ended
        assert ended.out == ""
        lines = [line for line in ended.err.splitlines() if not line.startswith("channels: ")]
        assert len(lines) == 1, ended.err
        assert lines[0].startswith("error: "), ended.err
        assert listing(tmp_path) == before
        return lines[0].removeprefix("error: ").strip()

    return run


def listing(folder):
    """Every path below a folder, with size and time of change of the files."""
    facts = ((path, path.stat()) for path in sorted(folder.rglob("*")))
    return {path: (stat.st_size, stat.st_mtime_ns) if path.is_file() else None for path, stat in facts}


@pytest.fixture(scope="session")
def codes_10s(design) -> Recording:
    """Ten synthetic seconds behind the front end."""
    return convert(synthesise(design, duration_s=10.0, seed=4), design, seed=4)


@pytest.fixture(scope="session")
def session(codes_10s, tmp_path_factory) -> Path:
    """The same ten seconds on disk."""
    path = tmp_path_factory.mktemp("session") / "codes.zarr"
    write_session(codes_10s, path)
    return path
