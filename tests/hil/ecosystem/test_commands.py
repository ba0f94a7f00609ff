"""`earloop hil stream` and `record` speak with each other, `cyton` with a serial port; all refuse in one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import serial

from earloop.cli import main
from recordings import read_recording, write_session
from spec.generate import ROOT

PATIENCE_S = 30


@pytest.fixture
def earloop(capsys):
    """`earloop("hil", ...)`, in this process: exit status, output, complaints."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def session(codes_10s, tmp_path):
    path = tmp_path / "codes.zarr"
    write_session(codes_10s, path)
    return path


def test_a_run_that_is_streamed_can_be_recorded_and_replayed(
    lsl, lsl_config, earloop, session, codes_10s, design, tmp_path
):
    """At 20 times its speed, for patience's sake."""
    config = tmp_path / "lsl.cfg"
    config.write_text(lsl_config)
    arguments = ["--device", "golden", "--recording", session, "--lsl", "--speed", "20", "--wait", str(PATIENCE_S)]
    streaming = subprocess.Popen(
        [sys.executable, "-m", "earloop", "hil", "stream", *arguments],
        cwd=ROOT,
        env={**os.environ, "LSLAPICFG": str(config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with streaming:
        assert lsl.resolve_byprop("name", f"{design.name} codes", 1, PATIENCE_S)
        status, out, err = earloop(
            *("hil", "record", "--lsl", f"{design.name} codes", "--seconds", 10, "--out", tmp_path / "again.zarr")
        )
        assert (status, err) == (0, "")
        assert f"10 s of {design.name} codes, 4 channels at 1000 Hz" in out
        said, _ = streaming.communicate(timeout=PATIENCE_S)
    assert streaming.returncode == 0
    assert said == f"LSL: {design.name} codes, {design.name} bands, {design.name} tokens\n"
    again = read_recording(tmp_path / "again.zarr")
    np.testing.assert_array_equal(again.data, codes_10s.data)
    assert (
        earloop("hil", "run", "--device", "golden", "--recording", tmp_path / "again.zarr", "--out", tmp_path / "r")[0]
        == 0
    )


def test_a_cyton_is_served_until_it_is_interrupted(session):
    serving = subprocess.Popen(
        [sys.executable, "-m", "earloop", "hil", "cyton", "--recording", session],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with serving:
        said = serving.stdout.readline()
        assert said.startswith("Cyton on /dev/")
        assert said.endswith(": T7, T9, T8, T10 as channels 1 to 4\n")
        name = said.removeprefix("Cyton on ").partition(":")[0]
        with serial.Serial(name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"V")
            assert line.read_until(b"$$$") == b"v3.1.2$$$"
        serving.send_signal(signal.SIGINT)
        assert serving.communicate(timeout=PATIENCE_S) == ("", "")
    assert serving.returncode == 0


def test_where_to_stream_must_be_said(earloop, session):
    status, _, err = earloop("hil", "stream", "--device", "golden", "--recording", session)
    assert status == 2
    assert "--lsl" in err


def test_a_recording_that_could_not_be_written_is_not_begun(earloop, tmp_path):
    status, _, err = earloop("hil", "record", "--lsl", "ear", "--seconds", 3600, "--out", tmp_path / "a.bdf")
    assert status == 2
    assert err == f"error: {tmp_path / 'a.bdf'}: a session is a directory named *.zarr; try a.zarr\n"


def test_a_stream_of_a_file_that_has_none_is_refused(earloop, session, tmp_path):
    status, _, err = earloop(
        *("hil", "run", "--device", "golden", "--recording", session, "--stream", "EEG", "--out", tmp_path / "r")
    )
    assert status == 2
    assert "only an XDF file holds streams" in err
