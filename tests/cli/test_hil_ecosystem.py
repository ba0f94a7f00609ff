"""`earloop hil stream` and `record` speak with each other, `cyton` with a serial port; all refuse in one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import serial

from earloop.recordings import read_recording
from earloop.system.project import ROOT
from tests.lsl import private_config

PATIENCE_S = 30


@pytest.fixture(scope="module")
def lsl():
    """pylsl, which from now on sees only streams of this process and of those that it starts."""
    pylsl = pytest.importorskip("pylsl", exc_type=(ImportError, RuntimeError))
    pylsl.set_config_content(private_config())
    return pylsl


def test_a_run_that_is_streamed_can_be_recorded_and_replayed(lsl, earloop, session, codes_10s, design, tmp_path):
    """At 20 times its speed. Who streams says so once its outlets are there, and waits long for who listens."""
    config = tmp_path / "lsl.cfg"
    config.write_text(private_config())
    arguments = ["--device", "golden", "--recording", session, "--lsl", "--speed", "20", "--wait", "3600"]
    streaming = subprocess.Popen(
        [sys.executable, "-m", "earloop", "hil", "stream", *arguments],
        cwd=ROOT,
        env={**os.environ, "LSLAPICFG": str(config), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with streaming:
        try:
            said = streaming.stdout.readline()
            assert (
                said == "LSL: " + ", ".join(f"{design.name} {tap}" for tap in ("codes", "bands", "tokens", "uV")) + "\n"
            )
            assert lsl.resolve_byprop("name", f"{design.name} codes", 1, PATIENCE_S)
            recorded = earloop(
                *("hil", "record", "--lsl", f"{design.name} codes", "--seconds", 10, "--out", tmp_path / "again.zarr")
            )
            assert (recorded.status, recorded.err) == (0, "")
            assert f"10 s of {design.name} codes, 4 channels at 1000 Hz" in recorded.out
            streaming.communicate()
        finally:
            streaming.kill()
    assert streaming.returncode == 0
    np.testing.assert_array_equal(read_recording(tmp_path / "again.zarr").data, codes_10s.data)
    again = ("hil", "run", "--device", "golden", "--recording", tmp_path / "again.zarr", "--out", tmp_path / "report")
    assert earloop(*again).status == 0


def test_a_cyton_is_served_until_it_is_interrupted(session):
    serving = subprocess.Popen(
        # A shell's background job ignores the signal, and with it whatever it starts.
        ["env", "--default-signal=INT", sys.executable, "-m", "earloop", "hil", "cyton", "--recording", session],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        said = serving.stdout.readline()
        assert said.startswith("Cyton on /dev/")
        assert said.endswith(": T7, T9, T8, T10 as channels 1 to 4\n")
        name = said.removeprefix("Cyton on ").partition(":")[0]
        with serial.Serial(name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"V")
            assert line.read_until(b"$$$") == b"v3.1.2$$$"
        serving.send_signal(signal.SIGINT)
        assert serving.communicate(timeout=PATIENCE_S) == ("", "channels: T7, T9, T8, T10\n")
    finally:
        serving.kill()
        serving.communicate()
    assert serving.returncode == 0


def test_where_to_stream_must_be_said(refused, session):
    assert "--lsl" in refused("hil", "stream", "--device", "golden", "--recording", session)


def test_a_speed_that_is_none_is_refused_before_anything_runs(refused, session):
    message = refused("hil", "stream", "--device", "golden", "--recording", session, "--lsl", "--speed", 0)
    assert "--speed" in message


def test_a_recording_that_could_not_be_written_is_not_begun(refused, tmp_path):
    message = refused("hil", "record", "--lsl", "ear", "--seconds", 3600, "--out", tmp_path / "a.bdf")
    assert message == f"{tmp_path / 'a.bdf'}: a session is a directory named *.zarr; try a.zarr"


def test_a_stream_of_a_file_that_has_none_is_refused(refused, session, tmp_path):
    message = refused(
        *("hil", "run", "--device", "golden", "--recording", session, "--stream", "EEG", "--out", tmp_path / "r")
    )
    assert "only an XDF file holds streams" in message
