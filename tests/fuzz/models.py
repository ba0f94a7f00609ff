"""Checkpoints and decoders: safetensors files with other headers and other tensors."""

from __future__ import annotations

import json
import struct
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from earloop.model.config import ModelConfig, PretrainConfig
from earloop.model.finetuning.decoder import Decoder, DecoderInfo
from earloop.model.finetuning.decoder_file import load_decoder, save_decoder
from earloop.model.finetuning.head import Head
from earloop.model.finetuning.network import TaskNetwork
from earloop.model.fitting.goal import ValueGoal
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import CheckpointInfo, Origin, load_checkpoint, load_encoder, save_checkpoint
from earloop.model.tokens.token_stream import TokenFormat
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import as_json, damaged, trees

NAME = "a.safetensors"
FORMAT = TokenFormat(design_hash="ab" * 32, channels=("T7", "T8"), bands=("low", "high"), rate_hz=200.0, patch=5)
CONFIG = ModelConfig(channels=2, bands=2, patches=3, patch=5, d_model=4, layers=1, d_state=2, expand=1)
ONES = np.ones(2, np.float32)
DTYPES = [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.uint8, torch.complex64]


@cache
def _saved(kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Header and tensors of a small file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        encoder = Encoder(CONFIG)
        if kind == "checkpoint":
            info = CheckpointInfo(
                format=FORMAT,
                scale=ONES,
                model=CONFIG,
                training=PretrainConfig(steps=1),
                losses=(1.0,),
                validation=((1, 2.0),),
                scores=((1, "accuracy", 0.5),),
                held_out=("a",),
                learned=(("b", 400),),
                origin=Origin("out/a", "0123456789ab", 7),
                corpus="ab",
            )
            save_checkpoint(
                path, info, {f"model.encoder.{name}": value for name, value in encoder.state_dict().items()}
            )
        else:
            network = TaskNetwork(encoder, Head(CONFIG, 2, by_patch=True), ONES)
            made = DecoderInfo(
                format=FORMAT,
                task="gaze",
                classes=(),
                outputs=("right", "up"),
                epochs=30,
                mode="full",
                seed=1,
                program="0.1",
            )
            save_decoder(path, Decoder(network, ValueGoal(torch.zeros(2), torch.ones(2)), made))
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return json.loads(file.metadata()["earloop"]), {name: file.get_tensor(name).clone() for name in names}


def tensor_files(chance: Chance, kind: str) -> Files:
    facts, tensors = _saved(kind)
    tensors = dict(tensors)
    facts = trees(chance, facts)
    for _ in range(chance.randint(0, 1) * chance.randint(0, 2)):
        name = chance.choice(sorted(tensors))
        tensor = tensors[name]
        match chance.choice(["lose", "name", "shape", "type", "values"]):
            case "lose":
                del tensors[name]
            case "name":
                # safetensors writes no half of a surrogate pair
                tensors[chance.text(8).encode(errors="replace").decode()] = tensors.pop(name)
            case "shape":
                tensors[name] = chance.choice([tensor[..., :0], tensor.flatten(), tensor[None], torch.zeros(3)]).clone()
            case "type":
                tensors[name] = tensor.to(chance.choice(DTYPES))
            case "values":
                tensors[name] = tensor * chance.choice([torch.nan, torch.inf, 1e30, 0.0])
        if not tensors:
            break
    content = save({name: value.contiguous() for name, value in tensors.items()}, {"earloop": as_json(facts).decode()})
    if chance.randint(0, 3) == 3:  # safetensors' own header
        size = struct.unpack_from("<Q", content)[0]
        outer = as_json(trees(chance, json.loads(content[8 : 8 + size])))
        content = struct.pack("<Q", len(outer)) + outer + content[8 + size :]
    return {NAME: damaged(chance, content)}


def read_a_checkpoint(folder: Path) -> None:
    path = folder / NAME
    info, _ = load_checkpoint(path)
    assert len(info.scale) == info.model.bands
    encoder, _ = load_encoder(path)
    c = info.model
    features = encoder(torch.zeros(1, c.bands, c.channels, min(c.patches, 2), c.patch))
    assert features.shape[-1] == c.d_model


def read_a_decoder(folder: Path) -> None:
    decoder = load_decoder(folder / NAME)
    c = decoder.network.encoder.config
    told = decoder.predict(np.zeros((1, c.bands, c.channels, min(c.patches, 2), c.patch), np.float32))
    assert told.shape[-1] == len(decoder.info.classes or decoder.info.outputs)


FORMATS = {
    "checkpoint": Format(lambda chance: tensor_files(chance, "checkpoint"), read_a_checkpoint),
    "decoder": Format(lambda chance: tensor_files(chance, "decoder"), read_a_decoder),
}
