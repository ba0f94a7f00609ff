"""Decoders: what each mode has learned survives a file, bit for bit; and files that are none are refused in a line."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from earloop.model.config import MODES, ModelConfig, ModelError, PretrainConfig
from earloop.model.export.decode import decode
from earloop.model.finetuning.decoder import learn_decoder
from earloop.model.finetuning.decoder_file import load_decoder, save_decoder
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.frozen import FrozenProbe
from earloop.model.finetuning.network import Pretrained
from earloop.model.fitting.linear import fit_linear
from earloop.model.fitting.training import TrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from earloop.model.tasks.epochs import Epochs
from tests.full_disk import full_disk
from tests.model.epochs_made import FORMAT, gaze_epochs, tone_epochs

BRIEF = TrainConfig(passes=1, patience=1)
CONFIG = ModelConfig(channels=2, bands=3, patches=6, patch=50, d_model=32, layers=1)
TASKS = {"classes": tone_epochs(30, classes=("off", "on, softly")), "values": gaze_epochs(30)}


@pytest.fixture(scope="module")
def untrained():
    """An encoder as pretraining would hand it over, of longer windows than the epochs; not trained."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return Pretrained(Encoder(CONFIG), np.full(3, 100, np.float32))


def model_of(mode, untrained):
    return finetuning(mode, None if mode == "scratch" else untrained, preset="nano", config=BRIEF)


@pytest.fixture
def saved(untrained, tmp_path):
    """A decoder of a frozen encoder, on disk."""
    path = tmp_path / "folder" / "a.safetensors"
    epochs = TASKS["classes"]
    save_decoder(path, learn_decoder(model_of("frozen", untrained), epochs, mode="frozen", seed=4))
    return path


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("mode", MODES)
def test_a_loaded_decoder_gives_exactly_what_the_predictor_gave(untrained, tmp_path, mode, task):
    epochs = TASKS[task]
    save_decoder(
        tmp_path / "a.safetensors", learn_decoder(model_of(mode, untrained), epochs, mode=mode, seed=2)
    )  # fmt: skip
    stream = epochs.streams[0]
    starts = np.arange(0, 5 * epochs.samples, epochs.samples)
    unknown = np.zeros((5, *epochs.target.shape[1:]), epochs.target.dtype)
    names = {"classes": epochs.classes, "outputs": epochs.outputs}
    beside = Epochs(
        task="beside",
        streams=(stream,),
        stream=np.zeros(5, np.int64),
        start=starts,
        patches=epochs.patches,
        target=unknown,
        **names,
    )
    predictor = model_of(mode, untrained).fit(epochs, np.arange(len(epochs)), 2)
    cut = replace(stream, samples=stream.samples[: starts[-1] + 200], notched_uv=stream.notched_uv[: starts[-1] + 200])
    found = decode(load_decoder(tmp_path / "a.safetensors", FORMAT), cut)
    np.testing.assert_array_equal(found.values, predictor.predict(beside, np.arange(5)))
    assert found.values.std() > 0
    assert (found.classes, found.outputs) == (epochs.classes, epochs.outputs)


@pytest.mark.parametrize(
    ("epochs", "train"),
    [
        (tone_epochs(60, amplitude=2.0), np.arange(40)),
        (tone_epochs(60, classes=("a", "b", "c")), np.arange(40)),
        (
            tone_epochs(60, classes=("a", "b", "c")),
            np.flatnonzero(tone_epochs(60, classes=("a", "b", "c")).target[:40]),
        ),
        (gaze_epochs(60), np.arange(40)),
    ],
    ids=["two classes", "three classes", "a class missing in training", "values"],
)
def test_the_head_of_a_frozen_encoder_is_the_linear_model_that_was_solved(untrained, epochs, train):
    probe = FrozenProbe(untrained)
    features = probe.features(epochs)
    wanted = fit_linear(features[train], epochs, train, 0).predict(features)
    found = probe.fit(epochs, train, 0).predict(epochs, np.arange(len(epochs)))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_a_decoder_says_what_it_was_made_from(saved):
    info = load_decoder(saved).info
    assert (info.task, info.classes, info.outputs, info.epochs) == ("tone", ("off", "on, softly"), (), 30)
    assert (info.mode, info.seed, info.format) == ("frozen", 4, FORMAT)
    assert info.program


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rate_hz": 250.0}, "its rate is 200 Hz, not 250 Hz$"),
        ({"patch": 25}, "its patch is 50 samples, not 25 samples$"),
        ({"channels": ("T8", "T7")}, r"its channels are T7, T8, not T8, T7 \(the same in another order\)$"),
        ({"bands": ("low", "high")}, r"its bands are low, middle, high, not low, high \(middle is too many\)$"),
        ({"design_hash": "f" * 64}, "its design is another: made, not ffffffffffff$"),
    ],
)
def test_tokens_of_another_format_are_refused_by_the_field(saved, changed, said):
    with pytest.raises(ModelError, match=said):
        load_decoder(saved, replace(FORMAT, **changed))


def test_a_checkpoint_is_no_decoder_and_a_decoder_no_checkpoint(saved, tmp_path):
    checkpoint = tmp_path / "pretrained.safetensors"
    info = CheckpointInfo(
        format=FORMAT, scale=np.ones(3, np.float32), model=CONFIG, training=PretrainConfig(steps=1), losses=(1.0,)
    )
    save_checkpoint(checkpoint, info, {})
    with pytest.raises(ModelError, match=r"is a checkpoint of earloop pretrain, wanted a decoder of earloop finetune"):
        load_decoder(checkpoint)
    with pytest.raises(ModelError, match=r"is a decoder of earloop finetune --decoder, wanted a checkpoint of earloop"):
        load_checkpoint(saved)


def test_a_checkpoint_of_before_there_were_decoders_is_read(tmp_path):
    path = tmp_path / "pretrained.safetensors"
    save_checkpoint(
        path,
        CheckpointInfo(
            format=FORMAT, scale=np.ones(3, np.float32), model=CONFIG, training=PretrainConfig(steps=1), losses=(1.0,)
        ),
        {},
    )
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["earloop"])
    del facts["kind"]
    save_file(load_file(path), path, {"earloop": json.dumps(facts)})
    assert load_checkpoint(path)[0].losses == (1.0,)


@pytest.mark.parametrize("content", [b"", b"not a decoder", b"\x02\0\0\0\0\0\0\0{}"])
def test_a_file_that_is_no_decoder_is_refused(tmp_path, content):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"a\.safetensors: .*(not a readable|not an earloop) decoder"):
        load_decoder(path)


def test_a_decoder_cut_short_or_gone_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(ModelError, match="not a readable decoder"):
        load_decoder(saved)
    saved.unlink()
    with pytest.raises(ModelError, match="not a readable decoder"):
        load_decoder(saved)


def test_a_decoder_of_another_version_or_with_a_tensor_missing_is_refused(saved):
    with safe_open(saved, framework="pt") as file:
        facts = json.loads(file.metadata()["earloop"])
    tensors = load_file(saved)
    save_file(tensors, saved, {"earloop": json.dumps(facts | {"version": 0})})
    with pytest.raises(ModelError, match="version 0; this program reads versions 1 and 2, run earloop finetune"):
        load_decoder(saved)
    del tensors["network.head.linear.bias"]
    save_file(tensors, saved, {"earloop": json.dumps(facts)})
    with pytest.raises(ModelError, match=r"its tensor head\.linear\.bias is missing"):
        load_decoder(saved)


def test_a_decoder_that_cannot_be_written_leaves_the_one_before(saved):
    before, decoder = saved.read_bytes(), load_decoder(saved)
    with full_disk(), pytest.raises(ModelError, match="cannot be written"):
        save_decoder(saved, replace(decoder, info=replace(decoder.info, seed=5)))
    assert saved.read_bytes() == before
