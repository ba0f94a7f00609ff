"""Streams of a dataset kept on disk, for datasets that are larger than the memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tokens.token_files import read_tokens, write_tokens
from earloop.model.tokens.token_stream import TokenFormat, TokenStream
from earloop.spec.design import Design


def kept_stream(
    cache: Path | str | None, file: Path, name: str, design: Design, make: Callable[[], TokenStream]
) -> TokenStream:
    """The stream that `make` makes of `file`, from the cache if it is there, and left there if not.

    Parameters
    ----------
    cache : a folder of the user's; None makes the stream in memory
    file : whose size and time of writing say whether what was kept still holds
    name : of the stream, one of its kind in the dataset

    Raises
    ------
    ModelError
        The cache cannot be written; and whatever `make` raises.
    """
    if cache is None:
        return make()
    folder = Path(cache) / design.design_hash[:12] / name
    stat = file.stat()
    wanted, made_from = TokenFormat.of(design), f"{file.name} {stat.st_size} {stat.st_mtime_ns}"
    try:
        return read_tokens(folder, wanted, made_from)[0]
    except ModelError:
        write_tokens(make(), (), made_from, folder)
    return read_tokens(folder, wanted, made_from)[0]
