"""The safetensors files of this project: tensors, and a JSON header that describes them.

A file is written under a temporary name and then renamed: if the program is killed, the previous file is still intact.
The header names the kind of file, so that a decoder cannot be read as a checkpoint.
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

from earloop.model.config import MisfitError, ModelConfig, ModelError
from earloop.model.tokens.token_stream import TokenFormat
from earloop.spec.design import parse_design
from earloop.spec.errors import DesignError
from earloop.spec.validation import FileHeader, HeaderPart, parse_header
from earloop.system.whole import whole_file, writing

Kind = Literal["checkpoint", "decoder"]
_MADE_BY: Mapping[str, str] = {"checkpoint": "earloop pretrain", "decoder": "earloop finetune --decoder"}
_HEADER = "earloop"
LENGTH_BYTES = 8
PYTORCH: Mapping[str, str] = {"format": "pt"}  # Transformers refuses a safetensors file without it
Header = TypeVar("Header", bound="TensorHeader")
Network = TypeVar("Network", bound=nn.Module)


def write_tensors(path: Path, kind: Kind, version: int, facts: dict[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write a file completely or not at all.

    Parameters
    ----------
    version : version of the layout of this kind
    facts : entries of the header, as values that JSON can hold

    Raises
    ------
    ModelError
        The disk is full, or the folder cannot be written; a previous file is still intact.
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
    """Sort the entries of a file's header, so that two files of equal content have equal bytes.

    safetensors writes the entries in a different order each time. A header is its length, uint64, then JSON, padded
    with spaces.
    """
    with path.open("r+b") as file:
        size = int.from_bytes(file.read(LENGTH_BYTES), "little")
        header = json.loads(file.read(size))
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
        packed = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        file.seek(LENGTH_BYTES)
        file.write(packed.ljust(size))


class TensorHeader(FileHeader):
    """The fields in the header of every kind of file; a subclass adds those of one kind."""

    kind: str = "checkpoint"  # the first checkpoints have no field `kind`
    version: int


class _AnyHeader(TensorHeader, HeaderPart):
    """The common fields of a header; `HeaderPart` allows other keys."""


def read_tensors(
    path: Path, kind: Kind, versions: tuple[int, ...], header_of: type[Header], prefixes: tuple[str, ...] = ("",)
) -> tuple[Header, dict[str, Tensor]]:
    """Read the header of a file, and those of its tensors whose names begin with one of `prefixes`.

    Parameters
    ----------
    kind, versions : the kind that the file must have, and the versions of which it may be
    header_of : the class of the header

    Raises
    ------
    ModelError
        The file is missing or damaged, has another kind or version, is not of this project, or has an invalid header.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get(_HEADER)
            names = [name for name in file.keys() if name.startswith(prefixes)]  # noqa: SIM118 (not a dict)
            tensors = {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise ModelError(f"{path}: not a readable {kind} ({_first_line(error)})") from None
    if header is None:
        raise ModelError(f"{path}: a safetensors file, but not an earloop {kind}; make one with {_MADE_BY[kind]}")
    general = _parsed(path, kind, header, _AnyHeader)
    if general.kind != kind:
        raise ModelError(f"{path}: this file is {_kind_in_words(general.kind)}, wanted a {kind} of {_MADE_BY[kind]}")
    if general.version not in versions:
        readable = " and ".join(map(str, versions))
        raise ModelError(
            f"{path}: a {kind} of version {general.version}; this program reads versions {readable}, run "
            f"{_MADE_BY[kind]} again"
        )
    return _parsed(path, kind, header, header_of), tensors


def _parsed(path: Path, kind: Kind, header: str, header_of: type[Header]) -> Header:
    """Parse a header; raises ModelError where it is not valid."""
    try:
        return parse_header(header, header_of)
    except (ValueError, ModelError) as error:  # ModelError: sizes of a model that do not go together
        raise ModelError(f"{path}: its header is not valid: {error}; run {_MADE_BY[kind]} again") from None


def load_weights(path: Path, make: Callable[[], Network], tensors: Mapping[str, Tensor]) -> Network:
    """Return a network with a file's weights.

    The file's tensors are checked against the header before the network takes memory.

    Parameters
    ----------
    make : returns the network that the header describes; the first call is on PyTorch's `meta` device
    tensors : the weights, by their names in the network

    Raises
    ------
    ModelError
        A tensor is missing, unknown, of another shape or type, or holds a value that is not finite.
    """
    check_weights(path, make, tensors)
    network = make()
    network.load_state_dict(tensors)
    return network


def check_weights(path: Path, make: Callable[[], nn.Module], tensors: Mapping[str, Tensor]) -> None:
    """Raise ModelError, as `load_weights` does, where the tensors are not the weights of the network of `make`."""
    with torch.device("meta"):
        wanted = make().state_dict()
    for name in sorted(wanted.keys() ^ tensors.keys()):
        fault = "missing" if name in wanted else "no part of the model"
        raise ModelError(f"{path}: its tensor {name} is {fault}, according to its header")
    for name, tensor in tensors.items():
        check_tensor(path, name, tensor, tuple(wanted[name].shape), wanted[name].dtype)


def check_tensor(path: Path, name: str, found: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Raise ModelError where a tensor differs from its header in shape or type, or holds a value that is not finite."""
    if tuple(found.shape) != shape or found.dtype != dtype:
        raise ModelError(
            f"{path}: its tensor {name} is {found.dtype} {list(found.shape)}; its header wants {dtype} {list(shape)}"
        )
    if not found.isfinite().all():
        raise ModelError(f"{path}: its tensor {name} holds values that are not finite")


def _kind_in_words(kind: str) -> str:
    return f"a {kind} of {_MADE_BY[kind]}" if kind in _MADE_BY else "of another kind"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def check_format(path: Path, kind: Kind, found: TokenFormat, wanted: TokenFormat) -> None:
    """Raise MisfitError where a file learned from tokens of another rate, patch, channels, bands or design."""
    if difference := found.difference(wanted, source=False):
        raise MisfitError(f"{path}: its {difference}", kind)


def check_design(path: Path, format: TokenFormat) -> None:
    """Raise ModelError where the design in a file's header is not valid, or not the one of its hash."""
    if format.design is None:  # a file of version 1 has the hash alone
        return
    try:
        found = parse_design(format.design, "its design").design_hash
    except DesignError as error:
        raise ModelError(f"{path}: {error}") from None
    if found != format.design_hash:
        raise ModelError(f"{path}: its design has the hash {found[:12]}, but its tokens {format.design_hash[:12]!r}")


def check_sizes(path: Path, format: TokenFormat, config: ModelConfig) -> None:
    """Raise ModelError where the sizes of a file's model differ from those of its tokens."""
    for name, tokens, model in (
        ("channels", len(format.channels), config.channels),
        ("bands", len(format.bands), config.bands),
        ("samples in a patch", format.patch, config.patch),
    ):
        if tokens != model:
            raise ModelError(f"{path}: its model has {model} {name}, but its tokens have {tokens}")
