"""Files of decoders: encoder, head, scale and goal as tensors, and a header that describes them and their origin."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from earloop.model.config import Mode, ModelConfig, ModelError
from earloop.model.finetuning.decoder import Decoder, DecoderInfo
from earloop.model.finetuning.head import Head, Pool
from earloop.model.finetuning.network import TaskNetwork
from earloop.model.fitting.goal import ClassGoal, ValueGoal
from earloop.model.network.encoder import Encoder
from earloop.model.tensor_file import (
    TensorHeader,
    check_design,
    check_format,
    check_sizes,
    check_tensor,
    load_weights,
    read_tensors,
    write_tensors,
)
from earloop.model.tokens.token_stream import TokenFormat

VERSION, READABLE = 2, (1, 2)  # version 1 has the design's hash alone
_NETWORK, _GOAL = "network.", "goal."
MOST_OUTPUTS = 10_000


def save_decoder(path: Path, decoder: Decoder) -> None:
    """Write a decoder completely or not at all.

    Raises
    ------
    ModelError
        The disk is full, or the folder cannot be written; a previous file is still intact.
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
    format : the format that the decoder must take; None accepts any

    Raises
    ------
    ModelError
        The file is missing, damaged, of another version, or not a decoder.
    MisfitError
        The decoder learned from tokens of another rate, patch, channels, bands or design.
    """
    header, tensors = read_tensors(path, "decoder", READABLE, _DecoderHeader)
    decoder = _decoder(path, header, tensors)
    if format is not None:
        check_format(path, "decoder", decoder.info.format, format)
    return decoder


class _DecoderHeader(TensorHeader):
    """The fields of a `DecoderInfo` and of its network, as a file has them."""

    format: TokenFormat
    task: str
    classes: tuple[str, ...] = Field(max_length=MOST_OUTPUTS)
    outputs: tuple[str, ...] = Field(max_length=MOST_OUTPUTS)
    epochs: int = Field(ge=0)
    mode: Mode
    seed: int
    program: str
    model: ModelConfig
    pool: Pool


def _decoder(path: Path, header: _DecoderHeader, tensors: dict[str, Tensor]) -> Decoder:
    info = DecoderInfo(**{field.name: getattr(header, field.name) for field in fields(DecoderInfo)})
    if bool(info.classes) == bool(info.outputs):
        raise ModelError(
            f"{path}: a decoder of {len(info.classes)} classes and {len(info.outputs)} outputs; wanted either classes "
            "or outputs"
        )
    config, count = header.model, len(info.classes or info.outputs)
    check_sizes(path, info.format, config)
    check_design(path, info.format)

    def make() -> TaskNetwork:
        head = Head(config, count, by_patch=not info.classes, pool=header.pool)
        return TaskNetwork(Encoder(config), head, np.ones(config.bands, np.float32))

    network = load_weights(path, make, _below(tensors, _NETWORK))
    if not (network.scale > 0).all():
        raise ModelError(f"{path}: its scale is {network.scale.flatten().tolist()}; wanted positive numbers")
    kind, constants = (ClassGoal, _below(tensors, _GOAL)) if info.classes else (ValueGoal, _below(tensors, _GOAL))
    wanted = {field.name for field in fields(kind)}
    if constants.keys() != wanted:
        raise ModelError(f"{path}: its goal has {sorted(constants)}; wanted {sorted(wanted)}")
    for name, tensor in constants.items():
        check_tensor(path, _GOAL + name, tensor, (count,), torch.float32)
    return Decoder(network.eval(), kind(**constants), info)


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
