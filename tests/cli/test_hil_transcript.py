"""`earloop hil run --transcript` and `earloop hil replay`: a run, and the same run without the earbud."""

from __future__ import annotations

import json

import pytest

from earloop.recordings import write_session
from tests.hil.transcript.short_run import PATH, short_recording


@pytest.fixture
def recording(design, tmp_path):
    path = tmp_path / "short.zarr"
    write_session(short_recording(design), path)
    return path


def summary(out):
    """All that a report says but when it was, and how long it took."""
    facts = json.loads((out / "summary.json").read_text())
    assert facts.pop("realtime_factor") > 0
    assert facts.pop("elapsed_s") > 0
    assert facts.pop("began")
    return facts


def test_a_replay_gives_the_report_of_the_run(earloop, recording, tmp_path):
    transcript, then, now = tmp_path / "a.transcript", tmp_path / "then", tmp_path / "now"
    options = ("--recording", recording, "--out")
    assert earloop("hil", "run", "--device", "firmware", "--transcript", transcript, *options, then).status == 0
    ended = earloop("hil", "replay", transcript, *options, now)
    assert ended.status == 0, ended
    assert ended.out.startswith("PASS: firmware, 1.5 s, 0 mismatches")
    assert summary(now) == summary(then)


def test_another_recording_is_one_line_that_names_the_exchange(refused, recording, design, tmp_path):
    other = tmp_path / "other.zarr"
    write_session(short_recording(design, seed=2), other)
    message = refused("hil", "replay", PATH, "--recording", other, "--out", tmp_path / "out")
    assert "short_run.transcript: exchange " in message
    assert "another recording than integers of seed 1" in message


def test_a_run_wants_its_recording(refused, tmp_path):
    message = refused("hil", "replay", PATH, "--out", tmp_path / "out")
    assert message == f"{PATH}: is a transcript of integers of seed 1; give that file as --recording"


def test_a_device_without_a_link_has_no_transcript(refused, recording, tmp_path):
    message = refused(
        "hil", "run", "--device", "golden", "--recording", recording, "--transcript", tmp_path / "a", "--out",
        tmp_path / "out",
    )  # fmt: skip
    assert message == "golden: has no link to record; transcripts are for firmware, serial or ble"


def test_a_file_that_is_no_transcript_is_left_alone(refused, recording, tmp_path):
    (tmp_path / "thesis").write_text("mine")
    options = ("--recording", recording, "--out", tmp_path / "out")
    message = refused("hil", "run", "--device", "firmware", "--transcript", tmp_path / "thesis", *options)
    assert "exists and is no transcript" in message
    assert "no transcript" in refused("hil", "replay", tmp_path / "thesis", *options)
