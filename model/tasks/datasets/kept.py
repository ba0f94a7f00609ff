"""Epochs of a dataset's recordings, read one at a time; a cache on disk is for datasets larger than the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_files import read_tokens, write_tokens
from earloop.model.tokens.token_stream import TokenFormat, TokenStream
from earloop.spec.design import Design


def cached_stream(
    cache: Path | str | None, file: Path, name: str, design: Design, make: Callable[[], TokenStream]
) -> TokenStream:
    """Return a stream from the cache; if it is not there, make it and store it there.

    Parameters
    ----------
    cache : a folder of the user; None makes the stream in memory
    file : the source of the stream; its size and time of writing decide whether the cached tokens are valid
    name : name of the stream, unique in the dataset
    make : makes the stream

    Raises
    ------
    ModelError
        The cache cannot be written; also the errors of `make`.
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


@dataclass(frozen=True, kw_only=True)
class Cued:
    """One recording of a dataset, and its events.

    file : source of the recording
    name : name of its stream, unique in the dataset
    make : makes the stream
    cues : onset in s of the stream, and class, of each event
    """

    file: Path
    name: str
    make: Callable[[], TokenStream]
    cues: Sequence[tuple[float, str]]


def cued_epochs(
    task: str,
    design: Design,
    recordings: Iterable[Cued],
    patches: int,
    classes: tuple[str, ...],
    cache: Path | str | None,
) -> Epochs:
    """Return epochs of `patches` patches at the cues of all recordings, which are read one at a time.

    Raises
    ------
    ModelError
        As in `cached_stream` and `earloop.model.tasks.cut.cut_epochs`.
    """
    streams: list[TokenStream] = []
    cues: list[Cue] = []
    for recording in recordings:
        cues += [Cue(len(streams), onset_s, label) for onset_s, label in recording.cues]
        streams.append(cached_stream(cache, recording.file, recording.name, design, recording.make))
    return cut_epochs(task, design, tuple(streams), cues, patches, classes)
