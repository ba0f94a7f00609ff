"""A command that is killed at a random moment does no harm; the harm that it could do would be noticed."""

from __future__ import annotations

import pytest

from bench import kills
from bench.kills import COMMANDS, Killed, KilledError, kill_at_random, prepare


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder)
    return folder


@pytest.mark.parametrize("name", ["corpus", "export"])  # the others take minutes: `make kills`
def test_a_kill_at_a_random_moment_does_no_harm(name, prepared):
    kill_at_random(name, 1, 1, prepared)


HARMS = {
    "the same bytes": ("sum=$(date +%N); mkdir -p made; echo $sum > made/file; sleep 0.2", "the result differs"),
    "scratch": ("mkdir -p made; echo a > made/file; touch .made.1.partial; sleep 0.2", "scratch files remain"),
    "finished": ("mkdir -p made; rm -f made/file; echo a > made/file; sleep 0.5", "was finished, and then lost"),
    "children": (
        "mkdir -p made; echo a > made/file; sleep 60 >/dev/null 2>&1 & sleep 0.3",
        "children are still running",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_harm_is_noticed(harm, tmp_path, monkeypatch):
    script, message = HARMS[harm]
    harmful = Killed(command=script, out="made", finished=("*",) if harm == "finished" else (), product=("file",))
    monkeypatch.setitem(COMMANDS, "harmful", harmful)
    monkeypatch.setattr(kills, "_command", lambda *words: ["bash", "-c", " ".join(words)])
    monkeypatch.setattr(kills, "ORPHAN_S", 0.5)
    with pytest.raises(KilledError, match=message):
        kill_at_random("harmful", 5, 1, tmp_path)
