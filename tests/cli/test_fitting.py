"""Where a trained model does not fit, the message ends with commands that make one that does: they are run here."""

from __future__ import annotations

import shlex

import pytest

from earloop.cli.main import main
from earloop.model.finetuning.decoder_file import save_decoder
from earloop.model.pretraining.checkpoint import load_info
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import write_session
from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
from earloop.spec.design_file import write_design
from earloop.synth_data import synthesise
from tests.model.decoders_made import learned
from tests.own_recordings import EAR, in_turn, write_edf

QUICK = ("--preset", "nano", "--steps", "1", "--batch", "1")


@pytest.fixture(scope="module")
def checkpoint(session, tmp_path_factory):
    """The folder of a run of one step on the reference design."""
    out = tmp_path_factory.mktemp("checkpoint")
    with pytest.raises(SystemExit) as ended:
        main(["pretrain", "--recording", str(session), *QUICK, "--out", str(out)])
    assert not ended.value.code
    return out


@pytest.fixture
def folder(design, tmp_path, monkeypatch):
    """The folder to work in, with a recording in uV and two other designs."""
    monkeypatch.chdir(tmp_path)
    write_session(synthesise(design, duration_s=10.0, seed=2).recording, tmp_path / "my uv.zarr")
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    (tmp_path / "gain.toml").write_text(text.replace("gain = 12", "gain = 24"))
    (tmp_path / "sites.toml").write_text(text.replace('left = ["T7", "T9"]', 'left = ["TP9", "TP7"]'))
    return tmp_path


def offered(message):
    """The commands at the end of a message, as words."""
    _, _, commands = message.partition("; make one that fits: ")
    return [shlex.split(command) for command in commands.split(" && ")]


def run(earloop, commands, **other_values):
    """Run commands with other values for some options, and with a pretraining of one step."""
    for _, *words in commands:
        for option, value in other_values.items():
            if f"--{option}" in words:
                words[words.index(f"--{option}") + 1] = value
        ended = earloop(*words, *(QUICK if words[0] == "pretrain" else ()))
        assert ended.status == 0, ended.err


def test_a_recording_through_another_design(earloop, checkpoint, folder):
    words = ("embed", "my uv.zarr", "--design", "gain.toml", "--seconds", "8", "--out", "e.npz", "--checkpoint")
    ended = earloop(*words, checkpoint)
    assert ended.status == 2
    assert "my uv.zarr: its design is another: converter.gain is 24, not 12; make one that fits: " in ended.err
    run(earloop, offered(ended.err))
    assert load_info(folder / "out" / "fitting").format.design_hash == load_design("gain.toml").design_hash
    assert earloop(*words, "out/fitting").status == 0


def test_a_device_of_another_design_is_refused_before_its_run(earloop, checkpoint, folder):
    words = ("hil", "run", "--device", "golden", "--recording", "my uv.zarr", "--design", "gain.toml", "--out", "h")
    ended = earloop(*words, "--checkpoint", checkpoint)
    assert ended.status == 2
    assert not (folder / "h").exists()
    run(earloop, offered(ended.err))
    assert earloop(*words, "--checkpoint", "out/fitting").status == 0


def test_a_corpus_of_another_design(earloop, checkpoint, folder):
    made = ("--scenario", "task-jaw", "--hours", "0.02", "--subjects", "2", "--out", "jaw.zarr")
    assert earloop("synth", "--design", "gain.toml", *made).status == 0
    words = ("finetune", "jaw.zarr", "--mode", "frozen", "--out", "f", "--checkpoint")
    ended = earloop(*words, checkpoint)
    assert offered(ended.err) == [["earloop", "pretrain", "--corpus", "jaw.zarr", "--out", "out/fitting"]]
    run(earloop, offered(ended.err))
    assert load_info(folder / "out" / "fitting").format.design_hash == load_design("gain.toml").design_hash
    probed = ("--probe", "jaw.zarr", "--recording", "my uv.zarr", "--out", "p")
    assert offered(earloop("pretrain", *probed).err) == offered(ended.err)


def test_other_electrodes_than_those_of_the_weights_to_begin_with(earloop, checkpoint, folder):
    words = ("pretrain", "--recording", "new.zarr", "--design", "sites.toml", *QUICK, "--out", "run")
    made = ("--seconds", "10", "--unit", "uV", "--out", "new.zarr")
    assert earloop("synth", "--design", "sites.toml", *made).status == 0
    ended = earloop(*words, "--init", checkpoint)
    assert "its channels are T7, T9, T8, T10, not TP9, TP7, T8, T10" in ended.err
    assert "--other-electrodes begins with it nevertheless" in ended.err
    run(earloop, offered(ended.err), hours="0.02", subjects="2")
    allowed = earloop(*words, "--init", checkpoint, "--other-electrodes")
    said = "electrodes: TP9 in the place of T7, TP7 in the place of T9, T8 in the place of T8, T10 in the place of T10"
    assert (allowed.status, allowed.out.splitlines()[0]) == (0, said)
    assert earloop(*words, "--overwrite", "--init", "out/fitting").status == 0


def test_a_decoder_of_another_design(earloop, codes_10s, design, folder):
    save_decoder(folder / "d.safetensors", learned(tokenize(codes_10s, design, name="a")))
    ended = earloop(
        *("decode", "my uv.zarr", "--decoder", "d.safetensors", "--design", "gain.toml", "--out", "d.csv"),
    )
    first, second = offered(ended.err)
    run(earloop, [first])
    assert second[:5] == ["earloop", "finetune", "TASK", "--checkpoint", "out/fitting"]
    assert "--decoder" in second


@pytest.mark.parametrize("named", ["{folder}/a.edf", "{folder}"])
def test_own_recordings_of_other_electrodes(earloop, checkpoint, folder, named):
    """A file is learned from; for a folder of recordings, people are synthesised."""
    write_design(EAR, folder / "ear.toml")
    write_edf(folder / "own" / "a.edf", in_turn(12), seconds=60.0)
    own = ("--recording", named.format(folder="own"), "--events", "closed,open", "--window", "0:2")
    words = ("finetune", *own, "--design", "ear.toml", "--mode", "frozen", "--out", "f", "--checkpoint")
    ended = earloop(*words, checkpoint)
    assert ended.status == 2
    assert "its channels are T7, T9, T8, T10, not T7, T8" in ended.err
    run(earloop, offered(ended.err), hours="0.02", subjects="2")
    assert load_info(folder / "out" / "fitting").format.channels == ("T7", "T8")


def test_no_people_are_offered_for_electrodes_of_unknown_places(earloop, checkpoint, folder):
    write_edf(folder / "a.edf", seconds=20.0, channels=("EarL", "EarR"))
    assert earloop("spec", "from-recording", "a.edf", "--reference", "Fpz", "--out", "ear.toml").status == 0
    words = ("pretrain", "--recording", "a.edf", "--design", "ear.toml", *QUICK, "--out", "run", "--init")
    ended = earloop(*words, checkpoint)
    assert ended.status == 2
    assert "its channels are T7, T9, T8, T10, not EarL, EarR" in ended.err
    assert "synth" not in ended.err


@pytest.mark.realdata
def test_a_task_of_real_recordings(earloop, checkpoint, folder, real_data, monkeypatch):
    words = ("finetune", "ssvep", "--mode", "frozen", "--out", "f", "--checkpoint")
    ended = earloop(*words, checkpoint)
    assert ended.status == 2
    assert "its channels are T7, T9, T8, T10, not TP9, TP10" in ended.err
    commands = offered(ended.err)
    monkeypatch.delenv("EARLOOP_REAL_DATA")  # the commands name the folder
    run(earloop, commands, hours="0.02", subjects="2")
    assert load_design("out/fitting/ssvep.toml").channels == ("TP9", "TP10")
    assert load_info(folder / "out" / "fitting").format.channels == ("TP9", "TP10")


def test_the_design_of_a_task_is_written_for_other_commands(earloop, refused, folder):
    made = ("--scenario", "task-jaw", "--hours", "0.02", "--subjects", "1", "--out", "jaw.zarr")
    assert earloop("synth", "--design", "gain.toml", *made).status == 0
    ended = earloop("spec", "of-task", "jaw.zarr", "--out", "new/jaw.toml")
    assert ended.out == "new/jaw.toml: T7, T9, T8, T10, 12 bands\n"
    assert load_design("new/jaw.toml") == load_design("gain.toml")
    assert "task 'jwa' is no path of a corpus" in refused("spec", "of-task", "jwa", "--out", "new.toml")
