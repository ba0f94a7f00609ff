"""`earloop finetune`: a corpus and a checkpoint in; a table, pictures, predictions, a decoder out; what it refuses."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from earloop.cli.main import main
from earloop.model.config import PretrainConfig
from earloop.model.finetuning.decoder_file import load_decoder
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_encoder
from earloop.model.pretraining.trainer import model_config, pretrain
from earloop.model.tasks.corpus_task import classification
from earloop.model.tokens.corpus_tokens import corpus_tokens
from earloop.sim.corpus import generate, plan_corpus
from earloop.spec.design import load_design
from earloop.spec.variants import vary_reference
from earloop.synth_data import load_scenario

# Two electrodes and three bands, for speed.
EAR = vary_reference(
    bands=("eeg_delta", "eeg_theta", "eeg_alpha"),
    electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]},
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two people, two sessions each, who smell one thing or another."""
    plan = plan_corpus(EAR, load_scenario("task-odour"), hours=160 / 3600, subjects=2, unit="uV", longest_s=40)
    return generate(plan, tmp_path_factory.mktemp("finetune") / "odour.zarr").path


@pytest.fixture(scope="module")
def checkpoint(corpus):
    config = PretrainConfig(steps=1, batch=2)
    pretrain(corpus_tokens(corpus).streams, corpus.parent, config, model_config(EAR, "nano"))
    return corpus.parent / CHECKPOINT_NAME


@pytest.fixture(scope="module")
def run(corpus, checkpoint, tmp_path_factory):
    """Two modes, one with gradients to show, and a decoder: the folder of it all, and what was printed."""
    folder, printed = tmp_path_factory.mktemp("run"), io.StringIO()
    options = ("--mode", "probe", "--mode", "frozen", "--split", "leave-one-subject-out", "--bands", "--seed", "3")
    files = ("--decoder", folder / "kept" / "odour.safetensors", "--out", folder / "run")
    arguments = ("finetune", corpus, "--checkpoint", checkpoint, *options, *files)
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert not ended.value.code
    return folder, printed.getvalue()


def test_a_corpus_is_learned_from_a_checkpoint_beside_the_baselines(run, corpus):
    folder, printed = run
    rows = [line.split("|")[1].strip() for line in printed.splitlines() if line.startswith("|")]
    assert rows[2:] == ["constant", "band power", "EEGNet", "PiMT probe", "PiMT frozen"]
    assert [line.split()[0] for line in printed.splitlines()[-6:-3]] == list(EAR.band_names)
    assert printed.startswith((folder / "run" / "comparison.md").read_text(encoding="utf-8"))
    assert {path.name for path in (folder / "run").glob("*.png")} == {"comparison.png", "bands.png"}
    epochs = classification(corpus_tokens(corpus))
    with np.load(folder / "run" / "predictions.npz") as file:
        assert sorted(file["which"]) == list(range(len(epochs)))
        np.testing.assert_array_equal(file["target"], epochs.target[file["which"]])
        assert file["PiMT probe"].shape == (len(epochs), 2)


def test_beside_a_decoder_of_another_design_than_the_reference_stands_its_design(run):
    folder, printed = run
    path = folder / "kept" / "odour.design.toml"
    assert load_design(path) == EAR
    assert printed.splitlines()[-1] == f"{path}: the design of its tokens, for --design"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mode", "full"), "mode full begins with a pretrained encoder: give a checkpoint"),
        (("--split", "cross-session", "--mode", "frozen", "--bands"), "mode frozen begins with a pretrained encoder"),
        (("--checkpoint", "nowhere.safetensors"), "nowhere.safetensors: not a readable checkpoint"),
        (("--mode", "sideways"), "'sideways' is not one of"),
    ],
)
def test_fine_tuning_that_cannot_be_run(refused, corpus, tmp_path, options, said):
    assert said in refused("finetune", corpus, *options, "--out", tmp_path / "run")


def test_a_decoder_is_what_the_last_mode_learns_from_all_epochs(run, corpus, checkpoint):
    folder, printed = run
    path = folder / "kept" / "odour.safetensors"
    epochs = classification(corpus_tokens(corpus))
    assert printed.splitlines()[-2] == f"{path}: task-odour, frozen, learned from {len(epochs)} epochs"
    found = load_decoder(path, epochs.format)
    assert (found.info.mode, found.info.seed, found.info.classes) == ("frozen", 3, epochs.classes)
    encoder, info = load_encoder(checkpoint)
    everything = np.arange(len(epochs))
    fitted = finetuning("frozen", Pretrained(encoder, info.scale)).fit(epochs, everything, 3)
    first = everything[:4]
    np.testing.assert_allclose(found.predict(epochs.tokens(first)), fitted.predict(epochs, first), rtol=1e-5)


def test_a_decoder_that_could_not_be_written_is_refused_before_training(refused, corpus, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    common = ("finetune", corpus, "--out", tmp_path / "run", "--decoder")
    assert "folder: is a folder; name a file in it with --decoder" in refused(*common, tmp_path / "folder")
    assert "file: cannot be written" in refused(*common, tmp_path / "file" / "a.safetensors")


def test_a_frozen_encoder_has_no_gradients_to_show(refused, corpus, checkpoint, tmp_path):
    options = ("--checkpoint", checkpoint, "--mode", "frozen", "--bands", "--out", tmp_path / "run")
    assert "--bands needs a mode that trains by gradients" in refused("finetune", corpus, *options)


def test_a_checkpoint_of_another_earbud(refused, checkpoint, tmp_path):
    other = vary_reference(electrodes={"left": ["T9"], "right": ["T10"], "reference": ["TP9", "TP10"]})
    plan = plan_corpus(other, load_scenario("task-odour"), hours=40 / 3600, subjects=1, unit="uV")
    path = generate(plan, tmp_path / "other.zarr").path
    corpus_tokens(path)
    message = refused("finetune", path, "--checkpoint", checkpoint, "--out", tmp_path / "run")
    assert "its channels are T7, T8, not T9, T10" in message


def test_tasks_that_are_not_there(refused, tmp_path, monkeypatch):
    monkeypatch.delenv("EARLOOP_REAL_DATA", raising=False)
    assert "task 'sspev' is no path of a corpus, and none of ssvep" in refused("finetune", "sspev", "--out", tmp_path)
    assert "give --data, or set EARLOOP_REAL_DATA" in refused("finetune", "ssvep", "--out", tmp_path)
