"""mne-lsl and pylsl in one process, and LSL for this test run alone."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from earloop.system.project import ROOT
from tests.lsl import private_config


@pytest.fixture(scope="session")
def lsl():
    """pylsl, which from now on sees only streams of this process and of those that are told its configuration."""
    pylsl = pytest.importorskip("pylsl", exc_type=(ImportError, RuntimeError))
    pylsl.set_config_content(private_config())
    return pylsl


@pytest.fixture(scope="session")
def mne_lsl(lsl):
    """mne-lsl on pylsl's liblsl: with its own beside it two libraries would share one process' C++ symbols.

    (https://mne.tools/mne-lsl/stable/resources/install.html, the environment variable MNE_LSL_LIB)
    """
    from pylsl.lib import lib

    os.environ["MNE_LSL_LIB"] = lib._name
    return pytest.importorskip("mne_lsl.stream")


@pytest.fixture(scope="session")
def lsl_environment(lsl, tmp_path_factory):
    """Of a process that meets the streams of this one."""
    config = tmp_path_factory.mktemp("lsl") / "lsl.cfg"
    config.write_text(private_config())
    return {**os.environ, "LSLAPICFG": str(config), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def player(lsl_environment):
    """`with player()`: mne-lsl's PlayerLSL in a process of its own, until the `with` ends."""

    if importlib.util.find_spec("mne_lsl") is None:
        pytest.skip("mne-lsl is not installed")

    @contextmanager
    def play(encoding="one-hot"):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.clients.play", encoding],
            cwd=ROOT,
            env=lsl_environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                assert process.stdout.readline() == "playing\n"
                yield process
            finally:
                process.kill()

    return play
