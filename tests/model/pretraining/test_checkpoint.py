"""Checkpoints: what they carry, and which are refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from earloop.model.config import ModelError, PretrainConfig
from earloop.model.pretraining.checkpoint import (
    CHECKPOINT_NAME,
    CheckpointInfo,
    Origin,
    load_checkpoint,
    load_encoder,
    load_info,
    save_checkpoint,
)
from earloop.model.pretraining.objectives import PiMT
from earloop.model.tokens.token_stream import TokenFormat
from earloop.spec.design import parse_design
from earloop.spec.variants import vary_reference
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


EAR = vary_reference(bands=("eeg_delta",), electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]})


def rewritten(path, **changed):
    """The same file with other facts in its header; None takes one away."""
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["earloop"]) | changed
    save_file(load_file(path), path, {"earloop": json.dumps({k: v for k, v in facts.items() if v is not None})})


@pytest.fixture
def of_ear(tmp_path):
    """A checkpoint of a design's tokens."""
    format, path = TokenFormat.of(EAR), tmp_path / "folder" / CHECKPOINT_NAME
    shape = replace(SMALL, bands=1, patch=format.patch)
    tensors = {f"model.{name}": tensor for name, tensor in PiMT(shape).state_dict().items()}
    save_checkpoint(path, replace(INFO, format=format, model=shape, scale=np.ones(1, np.float32)), tensors)
    return path


def test_a_folder_stands_for_the_checkpoint_in_it(of_ear, tmp_path):
    assert load_info(of_ear.parent).format == load_info(of_ear).format
    assert load_encoder(of_ear.parent)[1].losses == INFO.losses
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=rf"empty/{CHECKPOINT_NAME}: not a readable checkpoint"):
        load_info(tmp_path / "empty")


def test_the_design_stands_in_the_file_and_the_keys_that_differ_are_named(of_ear):
    assert parse_design(load_info(of_ear).format.design) == EAR
    facts = EAR.model_dump(mode="json")
    other = parse_design(facts | {"name": "other", "notch": facts["notch"] | {"mains_hz": 60}})
    with pytest.raises(ModelError, match=r"its design is another: notch\.mains_hz is 50, not 60$"):
        load_encoder(of_ear, TokenFormat.of(other))
    with pytest.raises(ModelError, match=r"its design is another: name is .*, not another name$"):
        load_encoder(of_ear, TokenFormat.of(parse_design(facts | {"name": "another name"})))


def test_of_many_keys_three_are_named(of_ear):
    facts = EAR.model_dump(mode="json")
    link = {"baud": 9600, "samples_per_frame": 1, "credit_frames": 2}
    other = parse_design(facts | {"link": link, "notch": facts["notch"] | {"mains_hz": 60}})
    with pytest.raises(ModelError, match=r"notch\.mains_hz is 50, not 60; link.* not 9600; link.*, and 1 more$"):
        load_encoder(of_ear, TokenFormat.of(other))


def test_a_file_of_version_1_is_read_without_the_fields_that_it_lacks(of_ear):
    facts = TokenFormat.of(EAR).facts()
    training = {k: v for k, v in asdict(INFO.training).items() if k not in ("legs", "validate_every", "patience")}
    rewritten(of_ear, version=1, format=facts, training=training, scores=None, learned=None, origin=None)
    info = load_info(of_ear)
    assert (info.format.design, info.scores, info.learned, info.origin) == (None, (), (), None)
    assert (info.format, info.training, info.losses) == (TokenFormat.of(EAR), INFO.training, INFO.losses)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({}, "its design: name: missing"),
        (
            EAR.model_dump(mode="json") | {"name": "x"},
            r"its design has the hash \w{12}, but its tokens '\w{12}'$",
        ),
        (7, r"format\.design = 7: input should be"),
    ],
)
def test_a_design_that_is_none_or_not_that_of_the_hash_is_refused(of_ear, design, said):
    rewritten(of_ear, format=TokenFormat.of(EAR).facts() | {"design": design})
    with pytest.raises(ModelError, match=said):
        load_info(of_ear)


def test_the_best_is_the_earliest_smallest_loss_and_patience_counts_from_it():
    info = replace(INFO, training=PretrainConfig(patience=2), validation=((0, 2.0), (2, 1.0), (4, 1.0), (6, 1.5)))
    assert (info.best, info.waited, info.out_of_patience) == ((2, 1.0), 2, True)
    info = replace(info, validation=(*info.validation, (8, 0.5)))
    assert (info.best, info.waited, info.out_of_patience) == ((8, 0.5), 0, False)
    assert not replace(info, validation=()).out_of_patience
