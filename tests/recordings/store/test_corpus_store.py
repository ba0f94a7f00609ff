"""Corpora on disk: a plan that everything follows from, sessions that are there whole or not, damage that is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from earloop.recordings import CorpusError, CorpusPlan, RecordingError, create_corpus, open_corpus, read_recording
from earloop.spec.design import parse_design
from tests.corpora import SCENARIO, noise, tiny_plan, tree, write_one, write_tiny


@pytest.fixture
def corpus(design, tmp_path):
    return write_tiny(tmp_path / "a.zarr", tiny_plan(design))


@given(subjects=st.integers(1, 30), seconds=st.integers(10, 100_000), longest_s=st.integers(10, 3600))
def test_the_hours_fall_into_sessions_of_nearly_equal_length(design, subjects, seconds, longest_s):
    assume(seconds >= 10 * subjects)
    sessions = CorpusPlan(design, SCENARIO, 1, subjects, seconds, longest_s).sessions
    lengths = [planned.seconds for planned in sessions]
    assert sum(lengths) == seconds
    assert max(lengths) <= longest_s
    assert max(lengths) - min(lengths) <= 1
    assert len({planned.name for planned in sessions}) == len(sessions)
    by_subject = [planned.subject for planned in sessions]
    assert len({by_subject.count(subject) for subject in by_subject}) == 1
    assert len(set(by_subject)) == subjects


def test_what_is_written_is_read_back(corpus, design):
    back = open_corpus(corpus.path, design)
    assert back.plan == corpus.plan
    assert back.finished == corpus.plan.sessions
    for planned in back.finished:
        assert (back.open(planned).read() == noise(corpus.plan, planned.index)).all()


def test_a_session_of_a_corpus_is_a_recording_like_any_other(corpus):
    path = corpus.path_of(corpus.plan.sessions[1])
    assert (read_recording(path, channels=["T8"]).data[:, 0] == noise(corpus.plan, 1)[:, 2]).all()


def test_the_plan_is_said_in_plain_words_for_other_programs(corpus, design):
    facts = json.loads((corpus.path / "zarr.json").read_text())["attributes"]["earloop_corpus"]
    assert facts["design_hash"] == design.design_hash
    assert facts["scenario"] == SCENARIO
    assert (facts["sfreq"], facts["channels"], facts["unit"]) == (1000.0, list(design.channels), "codes")


def test_the_same_plan_finds_its_corpus_again_and_leaves_it_alone(corpus):
    before = tree(corpus.path)
    assert create_corpus(corpus.path, corpus.plan).finished == corpus.plan.sessions
    assert tree(corpus.path) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2}, "its seed is 1, not 2"),
        ({"seconds": 96}, "its seconds is 48, not 96"),
        ({"truth": True}, "its truth is False, not True"),
        ({"scenario": SCENARIO | {"effect_size": 0.5}}, "its scenario.effect_size is 1.0, not 0.5"),
    ],
)
def test_another_plan_is_refused_by_the_field_that_differs(corpus, change, said):
    with pytest.raises(CorpusError, match=rf"a\.zarr: holds a corpus of another plan: {said}; choose another name"):
        create_corpus(corpus.path, replace(corpus.plan, **change))


def test_another_design_is_refused_by_the_field_that_differs(corpus, design_data):
    design_data["converter"]["gain"] = 24
    other = parse_design(design_data)
    hashes = f"{corpus.plan.design.design_hash[:12]}, not {other.design_hash[:12]}"
    said = rf"made for design {hashes}: its converter\.gain is 12, not 24"
    with pytest.raises(CorpusError, match=said):
        open_corpus(corpus.path, other)


@pytest.mark.parametrize("make", ["nothing", "folder", "file", "session"])
def test_what_is_no_corpus_is_named(corpus, tmp_path, make):
    path = tmp_path / "b.zarr"
    if make == "folder":
        path.mkdir()
    if make == "file":
        path.touch()
    if make == "session":
        path = corpus.path_of(corpus.plan.sessions[0])
    with pytest.raises(CorpusError, match="not a corpus"):
        open_corpus(path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("version", 99, "corpus version 99; this program reads 1"),
        ("seed", None, "damaged corpus: its plan lacks or garbles seed"),
        ("design_hash", "0" * 64, "damaged corpus: .* the design: its hash is"),
    ],
)
def test_a_head_that_cannot_be_right(corpus, key, value, said):
    head = json.loads((corpus.path / "zarr.json").read_text())
    facts = head["attributes"]["earloop_corpus"]
    facts.pop(key) if value is None else facts.update({key: value})
    (corpus.path / "zarr.json").write_text(json.dumps(head))
    with pytest.raises(CorpusError, match=said):
        open_corpus(corpus.path)


def test_a_path_of_another_suffix(design, tmp_path):
    with pytest.raises(CorpusError, match=r"named \*\.zarr; try a\.zarr"):
        create_corpus(tmp_path / "a.h5", tiny_plan(design))


def test_a_corpus_that_is_being_written_has_one_writer(corpus):
    with (
        corpus.being_written(),
        pytest.raises(CorpusError, match="another process is writing it"),
        open_corpus(corpus.path).being_written(),
    ):
        pass
    with open_corpus(corpus.path).being_written():
        pass


def test_what_a_killed_writer_left_is_removed(corpus):
    before = tree(corpus.path)
    scratch = corpus.path / "sessions" / ".01_000.zarr.0123456789abcdef"
    scratch.mkdir()
    (scratch / "zarr.json").write_text("{")
    with corpus.being_written():
        assert not scratch.exists()
    assert tree(corpus.path) == before


def shard_of(corpus, index=2):
    return corpus.path_of(corpus.plan.sessions[index]) / "data" / "c" / "0" / "0"


def flip_a_bit(corpus):
    content = bytearray(shard_of(corpus).read_bytes())
    content[1000] ^= 4
    shard_of(corpus).write_bytes(content)


def delete_a_shard(corpus):
    shard_of(corpus).unlink()


def add_a_file(corpus):
    (shard_of(corpus).parent / "9").touch()


def garble_an_event(corpus):
    head = corpus.path_of(corpus.plan.sessions[2]) / "zarr.json"
    head.write_text(head.read_text().replace("1.2345", "1.2346"))


def delete_the_sums(corpus):
    (corpus.path_of(corpus.plan.sessions[2]) / "data" / "SHA256SUMS").unlink()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip_a_bit, "data/c/0/0: damaged, its checksum differs"),
        (delete_a_shard, "data/c/0/0: missing"),
        (add_a_file, "data/c/0/9: not among those of data/SHA256SUMS"),
        (garble_an_event, "zarr.json: damaged, its checksum differs"),
        (delete_the_sums, "data/SHA256SUMS: cannot be read (No such file or directory)"),
    ],
)
def test_damage_is_found_in_its_file_and_nowhere_else(corpus, harm, said):
    assert [corpus.damage(planned) for planned in corpus.finished] == [[]] * 4
    harm(corpus)
    assert [corpus.damage(planned) for planned in corpus.finished] == [
        [],
        [],
        [f"{corpus.path}/sessions/02_000.zarr/{said}"],
        [],
    ]


def test_a_session_of_another_length_is_no_session_of_the_plan(corpus):
    write_one(corpus, 2, noise(corpus.plan, 2)[:-1])
    with pytest.raises(RecordingError, match=r"02_000\.zarr: 11999 samples; the corpus plans 12000"):
        corpus.open(corpus.plan.sessions[2])
    assert len(corpus.damage(corpus.plan.sessions[2])) == 1
