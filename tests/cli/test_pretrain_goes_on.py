"""`earloop pretrain` that is interrupted, goes on, begins with other weights, or stops by itself; as a user sees it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

from earloop.model.pretraining.checkpoint import BEST_NAME, CHECKPOINT_NAME, load_checkpoint, load_info
from earloop.recordings import write_session
from earloop.sim import convert
from earloop.spec.design import DEFAULT_DESIGN_PATH
from earloop.synth_data import synthesise

BOTH = ("a session.zarr", "b.zarr")  # the second is held out


@pytest.fixture(scope="module")
def sessions(design, session, tmp_path_factory):
    """A folder with two sessions, whose names need quotes in a shell."""
    folder = tmp_path_factory.mktemp("sessions")
    shutil.copytree(session, folder / "a session.zarr")
    write_session(convert(synthesise(design, duration_s=10.0, seed=5), design, seed=5), folder / "b.zarr")
    return folder


@pytest.fixture
def folder(sessions, tmp_path):
    shutil.copytree(sessions, tmp_path, dirs_exist_ok=True)
    return tmp_path


def words(folder, out, *options, recordings=("a session.zarr",)):
    named = [word for name in recordings for word in ("--recording", folder / name)]
    return ("pretrain", *named, "--preset", "nano", "--batch", 2, "--out", folder / out, *options)


class Process:
    """A command in a process group of its own, in a folder; it prints each validation."""

    def __init__(self, folder, *arguments):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "earloop", *map(str, arguments)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(self, *signals, after, group=False):
        """Send signals after so many steps; return status, output, and the errors after that."""
        for line in self._process.stderr:
            if line.startswith(f"  step {after}: "):
                break
        for number in signals:
            (os.killpg if group else os.kill)(self._process.pid, number)
        out, err = self._process.communicate()
        return self._process.returncode, out, err


def endless(*options):
    """A run that only a signal ends; it saves every second step and prints every step."""
    named = [word for name in BOTH for word in ("--recording", name)]
    run = ("--steps", 100_000, "--save-every", 2, "--validate-every", 1, "--patience", 100_000)
    return ("pretrain", *named, "--preset", "nano", "--batch", 2, *run, *options, "--out", "run")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_the_running_step_and_prints_the_command_that_goes_on(folder, number):
    status, out, err = Process(folder, *endless()).end(number, after=3)
    done = len(load_info(folder / "run").losses)
    assert status == 130, (out, err)
    result, _, said, command = out.splitlines()
    assert result.startswith(f"run/{CHECKPOINT_NAME}: loss ")
    assert said == f"interrupted after {done} of 100000 steps, which are saved; to go on:"
    assert shlex.split(command) == ["earloop", *map(str, endless()), "--resume"]
    assert "Traceback" not in err
    status, _, _ = Process(folder, *shlex.split(command)[1:]).end(number, after=done + 2)
    assert status == 130
    assert len(load_info(folder / "run").losses) >= done + 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [False, True], ids=["to one process", "to both, as from a terminal"])
def test_two_processes_stop_after_the_same_step(folder, number, group):
    status, out, err = Process(folder, *endless("--devices", 2)).end(number, after=3, group=group)
    assert status == 130, (out, err)
    assert f"interrupted after {len(load_info(folder / 'run').losses)} of 100000 steps, which are saved" in out
    assert "error" not in err


@pytest.mark.parametrize("pair", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)])
def test_two_signals_in_a_row_end_the_run_with_a_whole_checkpoint_and_the_command(folder, pair):
    status, out, err = Process(folder, *endless()).end(*pair, after=3)
    assert status == 130, (out, err)
    assert out.splitlines()[-1].endswith(" --resume")
    assert "Traceback" not in err
    info, tensors = load_checkpoint(folder / "run")
    assert {float(tensor) for name, tensor in tensors.items() if name.endswith(".step")} == {float(len(info.losses))}
    assert not list((folder / "run").glob(".*"))


def test_the_printed_command_goes_on_to_the_run_that_nothing_interrupted(folder, earloop, monkeypatch):
    """The run is ended by a signal to this process, after its third step."""
    from earloop.model.pretraining.course import Course

    monkeypatch.chdir(folder)
    arguments = words(folder, "run", "--steps", 6, "--overwrite", recordings=BOTH)
    step = Course._step

    def interrupted(course):
        if len(course._losses) == 2:
            signal.raise_signal(signal.SIGTERM)
        return step(course)

    with monkeypatch.context() as patch:
        patch.setattr(Course, "_step", interrupted)
        ended = earloop(*arguments)
    assert ended.status == 130
    assert len(load_info(folder / "run").losses) == 3
    command = shlex.split(ended.out.splitlines()[-1])
    assert "--overwrite" not in command
    assert earloop(*command[1:]).status == 0
    assert earloop(*words(folder, "whole", "--steps", 6, recordings=BOTH)).status == 0
    found, wanted = ((folder / name / CHECKPOINT_NAME).read_bytes() for name in ("run", "whole"))
    assert found == wanted


def test_the_command_that_goes_on_leaves_out_how_the_run_began(folder, earloop, monkeypatch):
    from earloop.model.pretraining.course import Course

    assert earloop(*words(folder, "first", "--steps", 1)).status == 0
    monkeypatch.setattr(
        Course, "_step", lambda self, step=Course._step: (signal.raise_signal(signal.SIGINT), step(self))[1]
    )
    for begin in (("--init", folder / "first"), (f"--init={folder / 'first'}",)):
        ended = earloop(*words(folder, "run", "--overwrite", *begin))
        assert shlex.split(ended.out.splitlines()[-1]) == [
            "earloop",
            *map(str, words(folder, "run")),
            "--resume",
        ]


def test_a_run_is_resumed_without_its_settings_and_lengthened_with_more_steps(folder, earloop):
    design = folder / "gain.toml"
    design.write_text(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8").replace("gain = 12", "gain = 24"))
    in_uv = folder / "uv.zarr"
    assert earloop("synth", "--seconds", 10, "--unit", "uV", "--out", in_uv).status == 0
    options = ("--design", design, "--mixer", "mamba2", "--steps", 2, "--seed", 7, "--learning-rate", 0.01)
    assert earloop(*words(folder, "run", *options, recordings=("uv.zarr",))).status == 0
    before = (folder / "run" / CHECKPOINT_NAME).read_bytes()
    again = ("pretrain", "--recording", in_uv, "--resume", "--out", folder / "run")
    assert earloop(*again).status == 0
    assert (folder / "run" / CHECKPOINT_NAME).read_bytes() == before
    ended = earloop(*again, "--steps", 4)
    assert ended.status == 0
    said = (
        "4 steps in place of 2: from step 2 the learning rate warms up again, from 0.002 to 0.01 in 2 steps, then falls"
    )
    assert ended.out.startswith(said)
    info = load_info(folder / "run")
    assert (info.training.steps, info.training.legs, len(info.losses)) == (4, (2,), 4)
    assert (info.model.mixer, info.training.seed) == ("mamba2", 7)


@pytest.fixture(scope="module")
def begun(sessions, tmp_path_factory):
    """The folder of a run of two steps."""
    from earloop.cli.main import main

    out = tmp_path_factory.mktemp("begun")
    arguments = words(sessions, out, "--steps", 2, "--mixer", "mamba2")
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert not ended.value.code
    return out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--batch", 8], "--batch 8, but the run was begun with --batch 2"),
        (["--learning-rate", 0.5], "--learning-rate 0.5, but the run was begun with --learning-rate 0.001"),
        (["--mask-ratio", 0.25], "--mask-ratio 0.25, but the run was begun with --mask-ratio 0.5"),
        (["--seed", 2], "--seed 2, but the run was begun with --seed 1"),
        (["--validate-every", 7], "--validate-every 7, but the run was begun with --validate-every 50"),
        (["--patience", 7], "--patience 7, but the run was begun with --patience 0"),
        (["--preset", "tiny"], "--preset tiny, but the run was begun with --preset nano"),
        (["--mixer", "mamba1"], "--mixer mamba1, but the run was begun with --mixer mamba2"),
        (["--causal"], "--causal, but the run was begun without --causal"),
        (["--steps", 1], "--steps 1, but the run was begun with --steps 2; a run can only be lengthened"),
    ],
)
def test_a_changed_setting_is_refused_by_its_option_and_both_values(refused, sessions, begun, tmp_path, options, said):
    shutil.copytree(begun, tmp_path / "run")
    again = ("pretrain", "--recording", sessions / "a session.zarr", "--resume", "--out", tmp_path / "run")
    assert refused(*again, *options) == f"{tmp_path / 'run' / CHECKPOINT_NAME}: {said}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            "pretrain --recording {b} --resume --out {run}",
            "are not .*: b.zarr of 2000 ticks, not a session",
        ),
        (
            "pretrain --resume --out {run}",
            "give either --corpus or --recording of the run again: its",
        ),
        ("pretrain --recording {b} --resume --init {run} --out {run}", "give either --resume or --init"),
        ("pretrain --recording {b} --resume --overwrite --out {run}", "give either --resume or --overwrite"),
        ("pretrain --recording {b} --other-electrodes --out {run}", "--other-electrodes is for --init CHECKPOINT"),
        (
            "pretrain --recording {b} --init {run} --preset tiny --out {new}",
            "--preset tiny, but the checkpoint was",
        ),
        ("pretrain --recording {b} --init {new} --out {new}", "not a readable checkpoint"),
        ("pretrain --recording {b} --patience 2 --out {new}", "--patience 2 needs recordings that are held out"),
        (
            "pretrain --recording {b} --probe sspev --out {new}",
            "task 'sspev' is no path of a corpus, and none of",
        ),
        ("embed {b} --checkpoint {run}/gone --out {new}.npz", "run/gone: not a readable checkpoint"),
    ],
)
def test_what_cannot_go_on_is_one_line(refused, sessions, begun, tmp_path, arguments, said):
    shutil.copytree(begun, tmp_path / "run")
    names = {"b": sessions / "b.zarr", "run": tmp_path / "run", "new": tmp_path / "new"}
    assert re.search(said, refused(*(word.format(**names) for word in arguments.split())))


def test_a_run_begins_with_the_weights_of_another_and_takes_its_shape(earloop, sessions, begun, tmp_path):
    ended = earloop("pretrain", "--recording", sessions / "b.zarr", "--init", begun, "--steps", 1, "--out", tmp_path)
    assert ended.status == 0
    info = load_info(tmp_path)
    assert (info.model, info.origin.path, info.origin.steps) == (load_info(begun).model, str(begun), 2)
    assert len(info.losses) == 1


def test_a_folder_stands_for_its_checkpoint(earloop, sessions, begun, tmp_path):
    """`finetune` and `pretrain --init` are tried elsewhere."""
    b = sessions / "b.zarr"
    assert earloop("embed", b, "--checkpoint", begun, "--out", tmp_path / "e.npz").status == 0
    assert earloop("export", begun, "--hub", tmp_path / "hub").status == 0
    options = ("--device", "golden", "--recording", b, "--checkpoint", begun)
    assert earloop("hil", "run", *options, "--out", tmp_path / "hil").status == 0
    assert json.loads((tmp_path / "hil" / "summary.json").read_text())["embeddings"]["windows"] > 0
    (tmp_path / "a.plan.toml").write_text(
        f'[recordings.b]\nfile = "{b}"\n[devices.g]\nkind = "golden"\n[designs.reference]\ncheckpoint = "{begun}"\n'
    )
    assert earloop("hil", "run", tmp_path / "a.plan.toml", "--out", tmp_path / "plan").status == 0
    (begun / "logs" / "note").write_text("no input of a case")
    assert "kept" in earloop("hil", "run", tmp_path / "a.plan.toml", "--out", tmp_path / "plan").out


def test_the_best_encoder_is_kept_and_each_validation_is_told(earloop, folder):
    options = ("--steps", 40, "--validate-every", 1, "--patience", 2, "--learning-rate", 0.3)
    ended = earloop(*words(folder, "run", *options, recordings=BOTH))
    assert ended.status == 0, ended.err
    info = load_info(folder / "run")
    best, loss = info.best
    assert len(info.losses) == best + 2
    told = [f"  step {steps}: held-out loss {loss:.3f}" for steps, loss in info.validation]
    assert [line for line in ended.err.splitlines() if not line.startswith("channels: ")] == told
    assert ended.out.splitlines()[-1] == (
        f"{folder / 'run' / BEST_NAME}: held-out loss {loss:.3f} after {best} steps; "
        "stopped after 2 validations without a smaller loss"
    )
    assert (
        earloop(
            "embed", folder / "b.zarr", "--checkpoint", folder / "run" / BEST_NAME, "--out", folder / "e.npz"
        ).status
        == 0
    )


def test_an_encoder_is_scored_while_it_learns(earloop, design, tmp_path):
    jaw = tmp_path / "jaw.zarr"
    assert earloop("synth", "--scenario", "task-jaw", "--hours", 0.03, "--subjects", 2, "--out", jaw).status == 0
    options = ("--preset", "nano", "--batch", 1, "--steps", 2, "--validate-every", 1, "--probe", jaw)
    ended = earloop("pretrain", "--corpus", jaw, *options, "--out", tmp_path / "run")
    assert ended.status == 0, ended.err
    scores = load_info(tmp_path / "run").scores
    assert [(steps, name) for steps, name, _ in scores] == [(steps, "balanced accuracy") for steps in (0, 1, 2)]
    assert [line.split(", ")[-1] for line in ended.err.splitlines()] == [
        f"balanced accuracy {x:.3f}" for *_, x in scores
    ]
    assert ended.out.splitlines()[-1] == f"probe: balanced accuracy {scores[-1][2]:.3f} after 2 steps"
    again = earloop("pretrain", "--corpus", jaw, "--resume", "--steps", 3, "--out", tmp_path / "run")
    assert again.out.startswith(
        "the run was scored by --probe before; it goes on without scores unless --probe is given"
    )
    assert load_info(tmp_path / "run").scores == scores
