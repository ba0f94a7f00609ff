"""Decoders as files: encoder, head, scale and goal as tensors, and in the header what they are and were made from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from model.config import ModelConfig, ModelError
from model.finetuning.decoder import Decoder, DecoderInfo
from model.finetuning.goal import ClassGoal, Goal, ValueGoal
from model.finetuning.head import Head
from model.finetuning.network import TaskNetwork
from model.network.encoder import Encoder
from model.tensor_file import check_format, read_tensors, write_tensors
from model.tokens.token_stream import TokenFormat

VERSION = 1
_NETWORK, _GOAL = "network.", "goal."


def save_decoder(path: Path, decoder: Decoder) -> None:
    """Write a decoder whole or not at all.

    Raises
    ------
    ModelError
        The disk is full, or the folder cannot be written; what was there before is whole.
    """
    network = decoder.network
    facts = asdict(decoder.info) | {"model": asdict(network.encoder.config), "pool": network.head.pool}
    tensors = {_NETWORK + name: tensor for name, tensor in network.state_dict().items()}
    tensors |= {_GOAL + name: tensor for name, tensor in vars(decoder.goal).items()}
    write_tensors(path, "decoder", VERSION, facts, tensors)


def load_decoder(path: Path, format: TokenFormat | None = None) -> Decoder:
    """Read a decoder.

    Parameters
    ----------
    format : of the tokens that it shall take; None takes the decoder's word for it

    Raises
    ------
    ModelError
        Missing, damaged, of another version, or no decoder; or it learned from tokens of another rate, patch, channels,
        bands or design.
    """
    facts, tensors = read_tensors(path, "decoder", VERSION)
    try:
        decoder = _decoder(facts, tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:  # RuntimeError: of tensors that do not fit
        raise ModelError(f"{path}: a decoder whose header and tensors do not fit each other ({error!r})") from None
    if format is not None:
        check_format(path, decoder.info.format, format)
    return decoder


def _decoder(facts: dict[str, Any], tensors: dict[str, Tensor]) -> Decoder:
    config, pool = ModelConfig(**facts.pop("model")), facts.pop("pool")
    names = {name: tuple(facts[name]) for name in ("classes", "outputs")}
    info = DecoderInfo(**facts | names | {"format": TokenFormat.from_facts(facts["format"])})
    outputs = len(info.classes or info.outputs)
    head = Head(config, outputs, by_patch=not info.classes, pool=pool)
    network = TaskNetwork(Encoder(config), head, np.ones(config.bands, np.float32))
    network.load_state_dict(_below(tensors, _NETWORK))
    goal: Goal = (ClassGoal if info.classes else ValueGoal)(**_below(tensors, _GOAL))
    return Decoder(network.eval(), goal, info)


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
