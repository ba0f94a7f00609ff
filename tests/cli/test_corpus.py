"""`earloop synth --hours` and `earloop corpus`: what they print, and with which status they end."""

from __future__ import annotations

import shutil

import pytest

from earloop.recordings import open_corpus
from earloop.sim.corpus import generate, plan_corpus
from earloop.synth_data import load_scenario
from tests.corpora import tree

TINY = ("synth", "--scenario", "free-living", "--hours", 40 / 3600, "--subjects", 2, "--session-seconds", 10)


@pytest.fixture(scope="module")
def original(tmp_path_factory, design):
    plan = plan_corpus(design, load_scenario("free-living"), hours=40 / 3600, subjects=2, longest_s=10)
    return generate(plan, tmp_path_factory.mktemp("corpus") / "a.zarr")


def shard_of(path, name):
    return path / "sessions" / f"{name}.zarr" / "data" / "c" / "0" / "0"


@pytest.fixture
def corpus(original, tmp_path):
    """A copy, to be harmed."""
    shutil.copytree(original.path, tmp_path / "a.zarr")
    return tmp_path / "a.zarr"


def test_a_corpus_is_made(earloop, original, tmp_path):
    path = tmp_path / "a.zarr"
    ended = earloop(*TINY, "--out", path)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"{path}: 4 sessions, 0.0111111 h of 2 subjects, codes, design ")
    assert tree(path) == tree(original.path)


def test_info_says_what_is_there(earloop, corpus, design):
    ended = earloop("corpus", "info", corpus)
    assert ended.status == 0
    for said in (
        "4 of 4",
        "free-living, effect size 1",
        "T7, T9, T8, T10; codes at 1000 Hz",
        design.design_hash,
        "MB an hour",
    ):
        assert said in ended.out


def test_a_whole_corpus_is_found_whole(earloop, corpus):
    ended = earloop("corpus", "check", corpus)
    assert (ended.status, ended.out) == (0, f"{corpus}: 4 sessions, all whole\n")


def test_a_damaged_shard_is_named_and_mended_by_deleting_it_and_running_again(earloop, corpus, original):
    shard = shard_of(corpus, "02_000")
    content = bytearray(shard.read_bytes())
    content[99] ^= 1
    shard.write_bytes(content)
    ended = earloop("corpus", "check", corpus)
    assert ended.status == 1
    assert ended.out.startswith(f"{corpus}/sessions/02_000.zarr/data/c/0/0: damaged, its checksum differs\n")
    shutil.rmtree(shard.parents[3])
    ended = earloop("corpus", "check", corpus)
    assert ended.status == 1
    assert ended.out.startswith("1 of 4 sessions missing: 02_000\n")
    assert earloop(*TINY, "--out", corpus).status == 0
    assert tree(corpus) == tree(original.path)


@pytest.mark.parametrize("action", [("info",), ("check",), ("export", "--bids", "folder")])
def test_what_is_no_corpus_cannot_be_looked_at(refused, session, action):
    assert f"{session}: not a corpus" in refused("corpus", action[0], session, *action[1:])


def test_a_corpus_is_exported(earloop, corpus, tmp_path):
    ended = earloop("corpus", "export", corpus, "--bids", tmp_path / "bids")
    assert (ended.status, ended.out) == (0, f"{tmp_path / 'bids'}: 4 of 4 sessions\n")
    assert len(list((tmp_path / "bids").rglob("*_eeg.bdf"))) == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--seed", 2), "holds a corpus of another plan: its seed is 1, not 2"),
        (("--subjects", 1), "its subjects is 2, not 1"),
        (("--scenario", "eating"), "its scenario.name is free-living, not eating"),
        (("--truth",), "its truth is False, not True"),
    ],
)
def test_a_corpus_of_another_plan_is_left_as_it_is(refused, corpus, options, said):
    assert said in refused(*TINY, *options, "--out", corpus)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--hours", 1, "--seconds", 10), "--seconds is for a single session"),
        (("--hours", 1, "--fit", "dry"), "--fit is for a single session"),
        (("--subjects", 2), "--subjects is for a corpus; give --hours too"),
        (("--session-seconds", 20), "--session-seconds is for a corpus"),
        (("--hours", 1, "--subjects", 0), "0 subjects"),
        (("--scenario", "napping"), "scenario napping: unknown; valid:"),
        (("--hours", 1, "--scheduler", "tcp://127.0.0.1:9"), "tcp://127.0.0.1:9: no Dask scheduler answers"),
    ],
)
def test_commands_that_make_no_sense(refused, tmp_path, monkeypatch, options, said):
    monkeypatch.setattr("earloop.sim.corpus.cluster.CONNECT_S", 0.5)
    assert said in refused("synth", *options, "--out", tmp_path / "b.zarr")


def test_a_session_is_not_taken_for_a_corpus(refused, session):
    assert f"{session}: not a corpus" in refused(*TINY, "--out", session)


def test_truth_is_kept_on_request(earloop, tmp_path):
    assert earloop(*TINY, "--hours", 10 / 3600, "--subjects", 1, "--truth", "--out", tmp_path / "a.zarr").status == 0
    corpus = open_corpus(tmp_path / "a.zarr")
    assert {"acceleration", "gaze", "lids", "stage", "ppg", "eeg", "impedance"} <= set(
        corpus.open(corpus.finished[0]).tracks
    )
