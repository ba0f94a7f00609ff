"""A safetensors file of this project: tensors, and in its header what they are, as JSON.

Written beside its place and then renamed into it: a kill at any moment leaves the last whole one. It says of which kind
it is, so that none is taken for another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from earloop.model.config import ModelConfig, ModelError
from earloop.model.tokens.token_stream import TokenFormat
from earloop.spec.validation import FileHeader, HeaderPart, parse_header
from earloop.system.whole import whole_file, writing

Kind = Literal["checkpoint", "decoder"]
_MADE_BY: Mapping[str, str] = {"checkpoint": "earloop pretrain", "decoder": "earloop finetune --decoder"}
_HEADER = "earloop"
LENGTH_BYTES = 8
PYTORCH: Mapping[str, str] = {"format": "pt"}  # without which Transformers refuses a safetensors file
Header = TypeVar("Header", bound="TensorHeader")
Network = TypeVar("Network", bound=nn.Module)


def write_tensors(path: Path, kind: Kind, version: int, facts: dict[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    version : of how this kind is laid out
    facts : for the header, as JSON has them

    Raises
    ------
    ModelError
        The disk is full, or the folder cannot be written; what was there before is whole.
    """
    header = {_HEADER: json.dumps({"kind": kind, "version": version} | facts), **PYTORCH}
    contiguous = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    with writing(path, ModelError), whole_file(path) as partial:
        try:
            save_file(contiguous, partial, header)
        except SafetensorError as error:
            raise OSError(str(error)) from None
        _sort_facts(partial)


def _sort_facts(path: Path) -> None:
    """Put the facts of a file's header into an order: safetensors writes them in a different one each time, and a file
    of the same content is to have the same bytes. (A header is its length, uint64, and JSON, padded by spaces.)"""
    with path.open("r+b") as file:
        size = int.from_bytes(file.read(LENGTH_BYTES), "little")
        header = json.loads(file.read(size))
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
        packed = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        file.seek(LENGTH_BYTES)
        file.write(packed.ljust(size))


class TensorHeader(FileHeader):
    """What every kind of file says of itself; what one kind says besides is a subclass's."""

    kind: str = "checkpoint"  # which said no kind while there was no other
    version: int


class _AnyHeader(TensorHeader, HeaderPart):  # the last decides that other keys are let be
    pass


def read_tensors(
    path: Path, kind: Kind, version: int, header_of: type[Header], prefixes: tuple[str, ...] = ("",)
) -> tuple[Header, dict[str, Tensor]]:
    """The header of a file, and those of its tensors whose name begins with one of `prefixes`.

    Parameters
    ----------
    header_of : what the header must be, where kind and version are those that are wanted

    Raises
    ------
    ModelError
        Missing, damaged, of another kind or version, no file of this project, or one whose header is none.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get(_HEADER)
            names = [name for name in file.keys() if name.startswith(prefixes)]  # noqa: SIM118 (not a dict)
            tensors = {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise ModelError(f"{path}: not a readable {kind} ({_first_line(error)})") from None
    if header is None:
        raise ModelError(f"{path}: a safetensors file, but no earloop {kind}")
    general = _parsed(path, kind, header, _AnyHeader)
    if general.kind != kind:
        raise ModelError(f"{path}: is {_known(general.kind)}, wanted a {kind} of {_MADE_BY[kind]}")
    if general.version != version:
        raise ModelError(
            f"{path}: a {kind} of another version; this program reads version {version}, run {_MADE_BY[kind]} anew"
        )
    return _parsed(path, kind, header, header_of), tensors


def _parsed(path: Path, kind: Kind, header: str, header_of: type[Header]) -> Header:
    try:
        return parse_header(header, header_of)
    except (ValueError, ModelError) as error:  # ModelError: sizes of a model that do not go together
        raise ModelError(f"{path}: its header is none: {error}; run {_MADE_BY[kind]} anew") from None


def load_weights(path: Path, make: Callable[[], Network], tensors: Mapping[str, Tensor]) -> Network:
    """A network with a file's weights, made only once its tensors are known to be those that the header asks for.

    Parameters
    ----------
    make : the network that the header describes; called first where tensors take no memory
    tensors : the weights, by their names in it

    Raises
    ------
    ModelError
        A tensor is missing, one too many, of another shape or type, or holds a value that is not finite.
    """
    check_weights(path, make, tensors)
    network = make()
    network.load_state_dict(tensors)
    return network


def check_weights(path: Path, make: Callable[[], nn.Module], tensors: Mapping[str, Tensor]) -> None:
    """Refuse tensors that are not the weights of what `make` makes, as `load_weights` does."""
    with torch.device("meta"):
        wanted = make().state_dict()
    for name in sorted(wanted.keys() ^ tensors.keys()):
        there = "missing" if name in wanted else "no part of the model"
        raise ModelError(f"{path}: its tensor {name} is {there}, by what its header says")
    for name, tensor in tensors.items():
        check_tensor(path, name, tensor, tuple(wanted[name].shape), wanted[name].dtype)


def check_tensor(path: Path, name: str, found: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Refuse a tensor that is not as the header wants it, or that holds a value that is not finite."""
    if tuple(found.shape) != shape or found.dtype != dtype:
        raise ModelError(
            f"{path}: its tensor {name} is {found.dtype} {list(found.shape)}; its header wants {dtype} {list(shape)}"
        )
    if not found.isfinite().all():
        raise ModelError(f"{path}: its tensor {name} holds values that are not finite")


def _known(kind: str) -> str:
    return f"a {kind} of {_MADE_BY[kind]}" if kind in _MADE_BY else "of another kind"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def check_format(path: Path, found: TokenFormat, wanted: TokenFormat) -> None:
    """Refuse a file that was learned from tokens of another rate, patch, channels, bands or design, by that name."""
    for name in ("rate_hz", "patch", "channels", "bands", "design_hash"):
        check_same(path, name, getattr(found, name), getattr(wanted, name))


def check_sizes(path: Path, format: TokenFormat, config: ModelConfig) -> None:
    """Refuse a file whose model is not of the size of its own tokens."""
    for name, tokens, model in (
        ("channels", len(format.channels), config.channels),
        ("bands", len(format.bands), config.bands),
        ("patch", format.patch, config.patch),
    ):
        if tokens != model:
            raise ModelError(f"{path}: a model of {name} = {model} on tokens of {name} = {tokens}")


def check_same(path: Path, name: str, found: object, wanted: object) -> None:
    """Refuse a file that differs from what is wanted of it in something that has a name."""
    if found != wanted:
        raise ModelError(f"{path}: its {name} is {found}, wanted {wanted}")
