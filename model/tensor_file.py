"""A safetensors file of this project: tensors, and in its header what they are, as JSON.

Written beside its place and then renamed into it: a kill at any moment leaves the last whole one. It says of which kind
it is, so that none is taken for another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.config import ModelError
from model.tokens.token_stream import TokenFormat
from system.whole import whole_file

Kind = Literal["checkpoint", "decoder"]
_MADE_BY: Mapping[Kind, str] = {"checkpoint": "earloop pretrain", "decoder": "earloop finetune --decoder"}
_HEADER = "earloop"


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
    header = {_HEADER: json.dumps({"kind": kind, "version": version} | facts)}
    try:
        with whole_file(path) as partial:
            save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, partial, header)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: cannot be written ({error})") from None


def read_tensors(
    path: Path, kind: Kind, version: int, prefixes: tuple[str, ...] = ("",)
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The facts of a file, and those of its tensors whose name begins with one of `prefixes`.

    Raises
    ------
    ModelError
        Missing, damaged, of another kind or version, or no file of this project.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get(_HEADER)
            names = [name for name in file.keys() if name.startswith(prefixes)]  # noqa: SIM118 (not a dict)
            tensors = {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: not a readable {kind} ({error})") from None
    if header is None:
        raise ModelError(f"{path}: a safetensors file, but no earloop {kind}")
    facts = json.loads(header)
    found = facts.pop("kind", "checkpoint")  # which said no kind while there was no other
    if found != kind:
        known = f"a {found} of {_MADE_BY[found]}" if found in get_args(Kind) else "of another kind"
        raise ModelError(f"{path}: is {known}, wanted a {kind} of {_MADE_BY[kind]}")
    if facts.pop("version", None) != version:
        raise ModelError(
            f"{path}: a {kind} of another version; this program reads version {version}, run {_MADE_BY[kind]} anew"
        )
    return facts, tensors


def check_format(path: Path, found: TokenFormat, wanted: TokenFormat) -> None:
    """Refuse a file that was learned from tokens of another rate, patch, channels, bands or design, by that name."""
    for name in ("rate_hz", "patch", "channels", "bands", "design_hash"):
        check_same(path, name, getattr(found, name), getattr(wanted, name))


def check_same(path: Path, name: str, found: object, wanted: object) -> None:
    """Refuse a file that differs from what is wanted of it in something that has a name."""
    if found != wanted:
        raise ModelError(f"{path}: its {name} is {found}, wanted {wanted}")
