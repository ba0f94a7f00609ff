"""A corpus's tokens beside it: made once, made again when they must be, and never loaded whole."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tokens.corpus_tokens import corpus_tokens, store_tokens, tokens_folder
from earloop.recordings import CorpusError, Recording, create_corpus, write_session
from earloop.spec.design import parse_design
from earloop.spec.golden import GoldenTokenizer
from tests.corpora import NOTES, noise, tiny_plan, tree, write_one, write_tiny


@pytest.fixture
def corpus(design, tmp_path):
    return write_tiny(tmp_path / "a.zarr", tiny_plan(design))


@pytest.fixture(scope="module")
def tokenised(design, tmp_path_factory):
    """A corpus whose tokens are made, for tests that change nothing."""
    corpus = write_tiny(tmp_path_factory.mktemp("tokens") / "a.zarr", tiny_plan(design))
    return corpus_tokens(corpus.path, design)


def folder_of(corpus, index):
    return tokens_folder(corpus, "golden") / corpus.plan.sessions[index].name


def stamps(corpus):
    """When each session's tokens were written."""
    return [(folder_of(corpus, i) / "samples.npy").stat().st_mtime_ns for i in range(4)]


def test_streams_are_the_golden_tokens_of_the_sessions(tokenised, fixed):
    plan = tokenised.corpus.plan
    for i, stream in enumerate(tokenised.streams):
        wanted = GoldenTokenizer(fixed).push(noise(plan, i)).tokens
        np.testing.assert_array_equal(stream.samples, np.moveaxis(wanted, -1, 1).reshape(-1, 4, 12))
        assert (stream.name, stream.subject, stream.session) == (plan.sessions[i].name, f"0{1 + i // 2}", f"00{i % 2}")
    assert tokenised.sessions[0].annotations == NOTES
    assert tokenised.subjects == ("01", "02")
    assert tokenised.hours == pytest.approx(48 / 3600)


def test_samples_stay_on_disk_until_they_are_used(design, tmp_path):
    corpus = write_tiny(tmp_path / "a.zarr", tiny_plan(design, seconds=4 * 120, longest_s=120))
    corpus_tokens(corpus.path)
    tracemalloc.start()
    streams = corpus_tokens(corpus.path).streams
    streams[2].window(1000, 16)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < sum(s.samples.nbytes for s in streams) / 4
    assert all(isinstance(s.samples, np.memmap) for s in streams)


def test_what_is_there_is_not_made_again(corpus):
    corpus_tokens(corpus.path)
    before = stamps(corpus)
    told = []
    corpus_tokens(corpus.path, advance=told.append)
    assert stamps(corpus) == before
    assert told == [48]


def test_progress_goes_from_session_to_session(corpus):
    told = []
    corpus_tokens(corpus.path, advance=told.append)
    assert told == [0, 12, 24, 36, 48]


def test_a_session_that_changed_is_tokenised_anew_and_no_other(corpus, fixed):
    corpus_tokens(corpus.path)
    before = stamps(corpus)
    codes = noise(corpus.plan, 1)[::-1].copy()
    write_one(corpus, 1, codes)
    stream = corpus_tokens(corpus.path).streams[1]
    wanted = GoldenTokenizer(fixed).push(codes).tokens
    np.testing.assert_array_equal(stream.samples[50:100], np.moveaxis(wanted, -1, 1)[1])
    assert [a == b for a, b in zip(stamps(corpus), before, strict=True)] == [True, False, True, True]


@pytest.mark.parametrize("damage", ["shorter", "longer", "head", "missing"])
def test_damaged_tokens_are_made_anew(corpus, damage):
    wanted = [np.array(s.samples) for s in corpus_tokens(corpus.path).streams]
    file = folder_of(corpus, 2) / ("session.json" if damage == "head" else "samples.npy")
    content = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(content + b"0" if damage == "longer" else content[: len(content) // 2])
    found = corpus_tokens(corpus.path).streams
    for stream, samples in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(stream.samples, samples)


def test_a_flipped_bit_is_found_by_those_who_ask(corpus):
    good = np.array(corpus_tokens(corpus.path).streams[3].samples)
    file = folder_of(corpus, 3) / "samples.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert (corpus_tokens(corpus.path).streams[3].samples != good).any()
    np.testing.assert_array_equal(corpus_tokens(corpus.path, verify=True).streams[3].samples, good)


def test_a_full_disk_leaves_the_sessions_that_were_whole(corpus, monkeypatch):
    save, saved = np.save, []

    def until_full(path, array):
        saved.append(path)
        if len(saved) == 4:  # the second file of the second session
            raise OSError(errno.ENOSPC, "No space left on device")
        save(path, array)

    monkeypatch.setattr(np, "save", until_full)
    with pytest.raises(ModelError, match=r"01_001: cannot be written \(No space left on device\)"):
        corpus_tokens(corpus.path)
    assert [p.name for p in tokens_folder(corpus, "golden").iterdir()] == ["01_000"]
    monkeypatch.undo()
    told = []
    corpus_tokens(corpus.path, advance=told.append)
    assert told[0] == 12


def test_what_a_killed_writer_left_is_removed(corpus):
    left = tokens_folder(corpus, "golden") / ".01_000.0123"
    left.mkdir(parents=True)
    (left / "samples.npy").write_bytes(b"half")
    corpus_tokens(corpus.path)
    assert not left.exists()


def test_two_do_not_write_at_once(corpus):
    folder = tokens_folder(corpus, "golden")
    folder.mkdir(parents=True)
    other = os.open(folder, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(ModelError, match="another process is tokenising"):
        corpus_tokens(corpus.path)
    os.close(other)
    assert len(corpus_tokens(corpus.path).streams) == 4


def test_processes_make_the_same_bytes(corpus):
    corpus_tokens(corpus.path, workers=2)
    folder = tokens_folder(corpus, "golden")
    found = tree(folder)
    for planned in corpus.plan.sessions:
        store_tokens(corpus.path, planned.index, "golden")
    assert tree(folder) == found


def test_float_tokens_lie_beside_the_golden(corpus):
    golden, unquantised = corpus_tokens(corpus.path), corpus_tokens(corpus.path, source="float")
    assert unquantised.streams[0].samples.dtype == np.float32
    assert {p.name[12:] for p in (corpus.path.parent / "a.tokens").iterdir()} == {"-golden", "-float"}
    assert golden.streams[0].format != unquantised.streams[0].format


def test_potentials_go_through_the_converter(design, tmp_path):
    plan = tiny_plan(design, unit="uV")
    corpus = create_corpus(tmp_path / "a.zarr", plan)
    uv = np.random.default_rng(1).normal(0, 50, (12_000, 4)).astype(np.float32)
    write_session(Recording(uv, "uV", 1000.0, design.channels), corpus.path_of(plan.sessions[0]))
    (stream,) = corpus_tokens(corpus.path).streams
    eog = design.band_names.index("eog")
    assert stream.samples[:, :, eog].std() > 10


def test_another_design_and_an_empty_corpus_are_refused_in_one_line(corpus, design, design_data, tmp_path):
    design_data["converter"]["gain"] = 24
    with pytest.raises(CorpusError, match=r"converter\.gain is 12, not 24"):
        corpus_tokens(corpus.path, parse_design(design_data))
    empty = create_corpus(tmp_path / "b.zarr", tiny_plan(design))
    with pytest.raises(ModelError, match="no finished session"):
        corpus_tokens(empty.path)


def test_some_subjects(tokenised):
    assert [s.name for s in tokenised.of_subjects(["02"]).streams] == ["02_000", "02_001"]
    with pytest.raises(ModelError, match="no session of subject 07; its subjects are 01, 02"):
        tokenised.of_subjects(["02", "07"])


def test_fewer_hours_are_part_of_more_and_spread_over_the_subjects(tokenised):
    def ticks(seconds):
        part = tokenised.first_hours(seconds / 3600)
        return {stream.name: len(stream) for stream in part.streams}

    assert ticks(12) == {"01_000": 2400}
    assert ticks(20) == {"01_000": 2400, "02_000": 1600}
    assert ticks(30.1) == {"01_000": 2400, "01_001": 1200, "02_000": 2400}
    assert ticks(48) == {"01_000": 2400, "01_001": 2400, "02_000": 2400, "02_001": 2400}
    with pytest.raises(ModelError, match=r"wanted more than 0, and at most"):
        tokenised.first_hours(1.0)


def test_the_id_is_that_of_the_plan(tokenised, design, tmp_path):
    same = create_corpus(tmp_path / "same.zarr", tiny_plan(design))
    other = create_corpus(tmp_path / "other.zarr", tiny_plan(design, seed=2))
    assert replace(tokenised, corpus=same).corpus_id == tokenised.corpus_id
    assert replace(tokenised, corpus=other).corpus_id != tokenised.corpus_id


def test_the_head_is_json_that_others_can_read(tokenised):
    head = json.loads((folder_of(tokenised.corpus, 0) / "session.json").read_text())
    assert head["format"]["channels"] == list(tokenised.corpus.plan.design.channels)
    assert head["annotations"][1] == [1.2345, 0.3, "blink", 131.25, "eog"]
