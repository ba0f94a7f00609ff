"""Checkpoints: what they carry, and which are refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from earloop.model.config import ModelError, PretrainConfig
from earloop.model.pretraining.checkpoint import CheckpointInfo, Origin, load_checkpoint, load_encoder, save_checkpoint
from earloop.model.pretraining.objectives import PiMT
from tests.full_disk import full_disk
from tests.model.pretraining.made import FORMAT, SMALL

INFO = CheckpointInfo(
    format=FORMAT,
    scale=np.array([1.5, 2.5, 3.5], np.float32),
    model=SMALL,
    training=PretrainConfig(steps=3, mask_weights=(1.0, 0.0, 0.0, 2.0)),
    losses=(3.0, 0.1 + 0.2),
    validation=((2, 1.25),),
    held_out=("a", "b"),
    corpus="00ff",
    learned=(("c", 400),),
    scores=((0, "balanced accuracy", 0.5), (2, "balanced accuracy", 0.75)),
    origin=Origin("out/synthetic", "0123456789ab", 200),
)


@pytest.fixture
def saved(tmp_path):
    """A checkpoint on disk, and the network in it."""
    torch.manual_seed(0)
    network = PiMT(SMALL)
    tensors = {f"model.{name}": tensor for name, tensor in network.state_dict().items()}
    path = tmp_path / "folder" / "a.safetensors"
    save_checkpoint(path, INFO, tensors | {"optimizer.x.step": torch.tensor(3.0)})
    return path, network


def but_for_arrays(info):
    """Fields by name, without arrays: two records of one array are equal in Python 3.12, and not comparable in 3.13."""
    return {name: value for name, value in vars(info).items() if not isinstance(value, np.ndarray)}


def test_what_is_saved_is_read_back(saved):
    info, tensors = load_checkpoint(saved[0])
    np.testing.assert_array_equal(info.scale, INFO.scale)
    assert info.scale.dtype == np.float32
    assert but_for_arrays(info) == but_for_arrays(INFO)
    assert torch.equal(tensors.pop("optimizer.x.step"), torch.tensor(3.0))
    for name, tensor in saved[1].state_dict().items():
        assert torch.equal(tensors.pop(f"model.{name}"), tensor)
    assert not tensors


def test_the_encoder_alone_is_read_and_gives_what_it_gave(saved):
    encoder, info = load_encoder(saved[0], FORMAT)
    patches = torch.randn(2, 3, 2, 4, 10)
    torch.testing.assert_close(encoder(patches), saved[1].encoder(patches))
    assert info.losses == INFO.losses


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rate_hz": 250.0}, "its rate is 200 Hz, not 250 Hz$"),
        ({"patch": 25}, "its patch is 10 samples, not 25 samples$"),
        ({"channels": ("T8", "T7")}, r"its channels are T7, T8, not T8, T7 \(the same in another order\)$"),
        ({"channels": ("T7", "C3")}, r"its channels are T7, T8, not T7, C3 \(T8 is too many; C3 is missing\)$"),
        ({"bands": ("slow",)}, r"its bands are slow, middle, fast, not slow \(middle, fast are too many\)$"),
        ({"design_hash": "f" * 64}, "its design is another: 0123456789ab, not ffffffffffff$"),
    ],
)
def test_tokens_of_another_format_are_refused_by_the_field(saved, changed, said):
    with pytest.raises(ModelError, match=said):
        load_encoder(saved[0], replace(FORMAT, **changed))


def test_without_a_format_the_checkpoint_is_taken_at_its_word(saved):
    assert load_encoder(saved[0])[1].format == FORMAT


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x02\0\0\0\0\0\0\0{}"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"a\.safetensors: .*(not a readable|not an earloop) checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_cut_short_or_gone_is_refused(saved):
    path, _ = saved
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="not a readable checkpoint"):
        load_checkpoint(path)
    path.unlink()
    with pytest.raises(ModelError, match="not a readable checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_of_another_version_is_refused(saved):
    path, _ = saved
    tensors = load_file(path)
    save_file(tensors, path, {"earloop": json.dumps({"version": 0})})
    with pytest.raises(ModelError, match="version 0; this program reads versions 1 and 2"):
        load_checkpoint(path)


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(saved):
    path, _ = saved
    with full_disk(), pytest.raises(ModelError, match="cannot be written"):
        save_checkpoint(path, replace(INFO, losses=()), {})
    assert load_checkpoint(path)[0].losses == INFO.losses
