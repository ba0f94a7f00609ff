"""Sessions and corpora: Zarr groups whose heads are changed, whose chunks are changed under checksums that fit."""

from __future__ import annotations

import json
import struct
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from google_crc32c import value as crc32c

from earloop.recordings import Annotation, Recording, Track, open_corpus, open_session, read_recording, write_session
from earloop.spec.design import load_design
from earloop.spec.errors import EarloopError
from tests.corpora import tiny_plan, write_one
from tests.corpora import tree as files_below
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import as_json, damaged, trees
from tests.fuzz.sane import MAX_GB, check_sane

SESSION, CORPUS = "a.zarr", "c.zarr"


@cache
def _session() -> Files:
    with tempfile.TemporaryDirectory() as folder:
        codes = np.random.default_rng(0).integers(-999, 999, (300, 2)).astype(np.int32)
        notes = (Annotation(0.5, 0.1, "blink", 30.0, "eog"), Annotation(1.0, 0.0, "x"))
        meta = {"subject": {"name": "01", "sex": "f", "age_years": 30}, "design_hash": "ab", "seed": 1}
        tracks = {"gaze": Track(np.zeros((30, 2)), 10.0, ("right", "up"), "deg"), "stage": Track(np.arange(30), 10.0)}
        write_session(Recording(codes, "codes", 10.0, ("T7", "T8"), notes, meta), Path(folder) / SESSION, tracks)
        return files_below(Path(folder))


@cache
def _corpus() -> Files:
    from earloop.recordings import create_corpus

    with tempfile.TemporaryDirectory() as folder:
        corpus = create_corpus(Path(folder) / CORPUS, tiny_plan(load_design(), seconds=8, longest_s=2))
        write_one(corpus, 0)
        return files_below(Path(folder))


def groups(chance: Chance, valid: Files) -> Files:
    """A few of the files changed, lost, or given the content of another."""
    files = dict(valid)
    for name in chance.choices(sorted(files), k=chance.randint(0, 2)):
        if name not in files:
            continue
        content = files[name]
        match chance.choice(["change", "change", "change", "damage", "lose", "swap"]):
            case "change" if name.endswith("zarr.json") and content == valid[name]:
                files[name] = damaged(chance, as_json(trees(chance, json.loads(content))), share=20)
            case "change" if "/c/" in name:
                files[name] = shards(chance, content)
            case "lose":
                del files[name]
            case "swap":
                files[name] = files.get(chance.choice(sorted(files)), b"")
            case _:
                files[name] = damaged(chance, content, share=1)
    return files


def shards(chance: Chance, content: bytes) -> bytes:
    """A shard of which a chunk, or the index, is changed, and the checksums made to fit again."""
    found = bytearray(content)
    count = chance.randint(1, 3)
    if chance.one_in(2):  # the index: offset and length of a chunk
        at = len(found) - 4 - 16 * count + chance.choice([0, 8])
        if at >= 0:
            value = chance.choice([0, 1, 16, len(found), 2**31, 2**63, 2**64 - 1])
            found[at : at + 8] = struct.pack("<Q", value)
    else:  # the first chunk, which begins the file
        length = struct.unpack_from("<Q", found, len(found) - 12)[0] if chance.one_in(2) else 60
        end = max(4, min(length, len(found)) - 4)
        found[:end] = damaged(chance, bytes(found[:end]), share=1)[:end].ljust(end, b"\0")
        found[end : end + 4] = struct.pack("<I", crc32c(bytes(found[:end])))
    for chunks in (1, 2, 3, 4):
        size = 16 * chunks
        if len(content) >= size + 4 and crc32c(content[-size - 4 : -4]) == struct.unpack("<I", content[-4:])[0]:
            found[-4:] = struct.pack("<I", crc32c(bytes(found[-size - 4 : -4])))
    return bytes(found)


def read_a_session(folder: Path) -> None:
    path = folder / SESSION
    stored = open_session(path)
    check_sane(read_recording(path, max_gb=MAX_GB))
    assert stored.read(3, 9, MAX_GB).shape[1] == len(stored.channels)
    for name in stored.tracks:
        track = stored.read_track(name, MAX_GB)
        assert len(track.data)


def read_a_corpus(folder: Path) -> None:
    corpus = open_corpus(folder / CORPUS)
    assert corpus.plan.unit in ("uV", "codes")
    for planned in corpus.finished:
        assert all("\n" not in line for line in corpus.damage(planned))
        try:
            stored = corpus.open(planned)
        except EarloopError:
            continue
        assert stored.samples > 0


FORMATS = {
    "session": Format(lambda chance: groups(chance, _session()), read_a_session),
    "corpus": Format(lambda chance: groups(chance, _corpus()), read_a_corpus),
}
