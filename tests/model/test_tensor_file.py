"""Checkpoints and decoders whose headers or tensors are not what they should be are refused in one line.

The files are whole, as safetensors has it; what is wrong is what stands in them.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from earloop.model.config import MOST, ModelConfig, ModelError, PretrainConfig
from earloop.model.finetuning.decoder import Decoder, DecoderInfo
from earloop.model.finetuning.decoder_file import load_decoder, save_decoder
from earloop.model.finetuning.head import Head
from earloop.model.finetuning.network import TaskNetwork
from earloop.model.fitting.goal import ClassGoal
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import CheckpointInfo, load_encoder, save_checkpoint
from earloop.model.pretraining.objectives import PiMT
from earloop.model.pretraining.state import check_state
from earloop.model.tensor_file import write_tensors
from earloop.model.tokens.token_stream import TokenFormat

FORMAT = TokenFormat(design_hash="ab" * 32, channels=("T7", "T8"), bands=("low", "high"), rate_hz=200.0, patch=10)
CONFIG = ModelConfig(channels=2, bands=2, patches=4, patch=10, d_model=16, layers=1)
ONES = np.ones(2, np.float32)


def save_a_checkpoint(path):
    tensors = {f"model.encoder.{name}": tensor for name, tensor in Encoder(CONFIG).state_dict().items()}
    save_checkpoint(
        path,
        CheckpointInfo(format=FORMAT, scale=ONES, model=CONFIG, training=PretrainConfig(steps=1), losses=(1.0,)),
        tensors,
    )


def save_a_decoder(path):
    network = TaskNetwork(Encoder(CONFIG), Head(CONFIG, 2, by_patch=False), ONES)
    info = DecoderInfo(
        format=FORMAT, task="tone", classes=("off", "on"), outputs=(), epochs=30, mode="full", seed=1, program="0.1"
    )
    save_decoder(path, Decoder(network, ClassGoal(torch.ones(2)), info))


SINCE_VERSION_2 = ("scores", "learned", "origin")
KINDS = {"checkpoint": (save_a_checkpoint, load_encoder), "decoder": (save_a_decoder, load_decoder)}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def refused(kind, tmp_path):
    """Writes a file with another header or other tensors, and gives the line by which it is refused."""
    save, load = KINDS[kind]
    path = tmp_path / "a.safetensors"
    save(path)
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["earloop"])
    tensors = load_file(path)
    load(path)

    def refuse(header=None, **changed):
        save_file(
            changed.pop("tensors", tensors),
            path,
            {"earloop": json.dumps(facts | changed) if header is None else header},
        )
        with pytest.raises(ModelError) as error:
            load(path)
        message = str(error.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        assert len(message) < 500
        return message

    refuse.tensors, refuse.facts = tensors, facts
    return refuse


@pytest.mark.parametrize("header", ["", "{", "no JSON", "[]", "null", "7", "[" * 100_000, "{}", '{"version": "1"}'])
def test_a_header_that_is_none(refused, header):
    assert "its header is not valid: " in refused(header)


@pytest.mark.parametrize("value", [None, [], True, -1, 2.5, 2**31, 10**30])
@pytest.mark.parametrize("name", [*MOST, "causal", "order", "mixer", "unknown"])
def test_a_model_of_no_size(refused, name, value):
    if not (name == "causal" and value is True):
        assert "its header is not valid: " in refused(model=refused.facts["model"] | {name: value})


OTHER_SIZES = {
    "d_model": 20_000,
    "layers": 64,
    "patches": 60_000,
    "d_state": 4_096,
    "expand": 64,
    "d_conv": 1_000,
    "mixer": "transformer",
    "merge": "concat",
    "channels": 1_000,
    "bands": 3,
    "patch": 9,
}


@pytest.mark.parametrize("name", OTHER_SIZES)
def test_a_model_of_another_size_than_its_tensors(refused, name):
    message = refused(model=refused.facts["model"] | {name: OTHER_SIZES[name]})
    assert "its tensor" in message or "its model has" in message


@pytest.mark.parametrize("name", ["channels", "bands", "rate_hz", "patch", "design_hash", "source"])
@pytest.mark.parametrize("value", [None, {}, [[]], True])
def test_a_format_of_wrong_types(refused, name, value):
    assert f"format.{name}" in refused(format=refused.facts["format"] | {name: value})


def test_every_key_is_missed_and_none_is_added(refused):
    for name in refused.facts:
        if name not in ("version", "kind", *SINCE_VERSION_2):
            assert f"{name}: missing" in refused(json.dumps({k: v for k, v in refused.facts.items() if k != name}))
    assert "colour: unknown key" in refused(colour="red")


def test_every_tensor_is_missed_and_none_of_another_shape_or_type_is_taken(refused):
    for name, tensor in refused.tensors.items():
        others = {key: value for key, value in refused.tensors.items() if key != name}
        wrong = (
            tensor[..., :0],
            tensor.double() if tensor.dtype == torch.float32 else tensor.float(),
            tensor * torch.nan,
        )
        assert refused(tensors=others)
        for other in wrong if name != "losses" else wrong[1:2]:
            assert refused(tensors=others | {name: other.contiguous()}), name


def test_what_an_optimiser_knows_is_of_a_weight(tmp_path):
    network = PiMT(CONFIG)
    weights = {f"model.{name}": tensor for name, tensor in network.state_dict().items()}
    name = next(iter(network.state_dict()))
    check_state(tmp_path, lambda: PiMT(CONFIG), weights | {f"optimizer.{name}.step": torch.tensor(1.0)})
    for key, tensor in (
        ("optimizer.lost.step", torch.tensor(1.0)),
        (f"optimizer.{name}.exp_avg", torch.zeros(3, 3, 3)),
        (f"optimizer.{name}.lost", torch.tensor(1.0)),
    ):
        with pytest.raises(ModelError, match="belongs to no weight"):
            check_state(tmp_path, lambda: PiMT(CONFIG), weights | {key: tensor})


def test_looking_at_the_shapes_draws_no_random_number(tmp_path, kind):
    save, load = KINDS[kind]
    save(tmp_path / "a.safetensors")
    torch.manual_seed(3)
    Encoder(CONFIG)
    if kind == "decoder":
        Head(CONFIG, 2, by_patch=False)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    load(tmp_path / "a.safetensors")
    assert torch.equal(torch.rand(1), wanted)


def test_the_same_content_has_the_same_bytes(tmp_path):
    tensors = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4)}
    contents = set()
    for i in range(8):
        write_tensors(tmp_path / f"{i}", "checkpoint", 1, {"name": 'Ää\u001f"'}, tensors)
        contents.add((tmp_path / f"{i}").read_bytes())
    assert len(contents) == 1
    with safe_open(tmp_path / "0", framework="pt") as file:
        assert json.loads(file.metadata()["earloop"])["name"] == 'Ää\u001f"'
        assert torch.equal(file.get_tensor("a"), tensors["a"])
