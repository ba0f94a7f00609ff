"""The tokens of one session on disk, read by memory map.

    SESSION/
      samples.npy     int16 or float32 [ticks, channels, bands]
      notched.npy     float32 [ticks, channels], uV
      session.json    format, names of subject, session and run, events, and a digest of the session that was tokenised

The folder is written under a temporary name and renamed when it is complete: it has all its files or does not exist.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import TokenFormat, TokenStream
from earloop.recordings import Annotation
from earloop.recordings.store.array_files import MOST_HEAD_BYTES
from earloop.recordings.store.checksums import write_sums
from earloop.spec.bounded_file import read_at_most
from earloop.system.whole import whole_folder, writing

VERSION = 1
SAMPLES, NOTCHED, HEAD = "samples.npy", "notched.npy", "session.json"


def write_tokens(stream: TokenStream, annotations: tuple[Annotation, ...], made_from: str, folder: Path) -> None:
    """Write a stream and the events of its recording as `folder`; an older folder is replaced.

    Parameters
    ----------
    made_from : digest of the recording, which `read_tokens` checks

    Raises
    ------
    ModelError
        The folder cannot be written, for example on a full disk; no partial file remains.
    """
    head = {
        "version": VERSION,
        "made_from": made_from,
        "format": stream.format.facts(),
        "stream": {key: getattr(stream, key) for key in ("name", "subject", "session", "run")},
        "annotations": [astuple(note) for note in annotations],
    }
    with writing(folder, ModelError), whole_folder(folder) as scratch:
        np.save(scratch / SAMPLES, stream.samples)
        np.save(scratch / NOTCHED, stream.notched_uv)
        (scratch / HEAD).write_text(json.dumps(head), encoding="utf-8")
        write_sums(scratch)


def read_tokens(folder: Path, wanted: TokenFormat, made_from: str) -> tuple[TokenStream, tuple[Annotation, ...]]:
    """Return the stream, whose samples stay on disk until they are used, and its events.

    Raises
    ------
    ModelError
        The tokens are missing, damaged, of another format or version, or made from a recording that has changed since.
    """
    try:
        head: Any = from_json(read_at_most(folder / HEAD, MOST_HEAD_BYTES))
        if head["version"] != VERSION:
            raise ModelError(f"{folder}: tokens of version {head['version']}; this program reads version {VERSION}")
        if head["made_from"] != made_from:
            raise ModelError(f"{folder}: made from a recording that has changed since")
        found = TokenFormat.from_facts(head["format"])
        if difference := found.difference(wanted):
            raise ModelError(f"{folder}: its {difference}")
        samples, notched = _open(folder / SAMPLES), _open(folder / NOTCHED)
        if samples.dtype != (np.int16 if wanted.source == "golden" else np.float32):
            raise ModelError(f"{folder}: {wanted.source} tokens of type {samples.dtype}")
        notes = tuple(Annotation(*note) for note in head["annotations"])
        who = head["stream"]
        name, subject, session, run = (who[key] for key in ("name", "subject", "session", "run"))
        return TokenStream(
            format=wanted, samples=samples, notched_uv=notched, name=name, subject=subject, session=session, run=run
        ), notes
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise ModelError(f"{folder}: damaged tokens: {str(error).splitlines()[0] or repr(error)}") from None


def _open(path: Path) -> NDArray[Any]:
    """Open an array by memory map; numpy refuses a file that is shorter than its header says, and we a longer one."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(array, np.memmap):
        raise ValueError(f"{path.name} is not an array")
    beyond = path.stat().st_size - array.offset - array.nbytes
    if beyond:
        raise ValueError(f"{path.name} is {beyond} bytes too long")
    return array
