"""`earloop recording info`, and what commands do with a recording that breaks off."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.image import imread

from tests.edf import EdfSignal, edf_bytes, tal

RATE, RECORDS = 250, 6
STARTS_S = (0, 1, 2, 13, 14, 15)


@pytest.fixture
def broken(tmp_path):
    """EDF+D: four channels of noise, 3 s and, 10 s later, another 3 s; an event in each."""
    rng = np.random.default_rng(0)
    events = {1: tal(1.5, "blink"), 4: tal(14.5, "clench")}
    signals = [
        *(EdfSignal(label=name, codes=rng.integers(-200, 200, (RECORDS, RATE))) for name in ("T7", "T9", "T8", "T10")),
        EdfSignal(label="EDF Annotations", texts=[tal(at) + events.get(i, b"") for i, at in enumerate(STARTS_S)]),
    ]
    path = tmp_path / "broken.edf"
    path.write_bytes(edf_bytes(signals, reserved="EDF+D"))
    return path


def test_it_says_what_is_there_and_what_would_be_refused(earloop, broken):
    ended = earloop("recording", "info", broken)
    assert ended.status == 2
    assert ended.err == ""
    lines = ended.out.splitlines()
    assert lines[0] == f"{broken}: EDF+D, 6.000 s in 2 parts"
    assert lines[2].split() == ["T7", "uV", "250", "yes"]
    assert "events: 1 x blink, 1 x clench" in lines
    assert lines[-1].startswith("refused: has a gap of 10.000 s, 3.000 s after its beginning, before record 4")


def test_it_says_the_same_to_programs(earloop, broken):
    ended = earloop("recording", "info", broken, "--json", "--part", 2)
    assert ended.status == 0
    facts = json.loads(ended.out)
    assert [(part["number"], part["start_s"], part["duration_s"]) for part in facts["parts"]] == [(1, 0, 3), (2, 13, 3)]
    assert [channel["name"] for channel in facts["channels"] if channel["read"]] == ["T7", "T9", "T8", "T10"]
    assert facts["events"] == {"blink": 1, "clench": 1}
    assert facts["refused"] == []
    assert facts["notes"] == ["1 of 2 events are outside the selected samples"]


def test_a_session_is_described_too(earloop, session):
    ended = earloop("recording", "info", session)
    assert ended.status == 0
    assert ended.out.startswith(f"{session}: earloop session")


def test_a_run_takes_a_part_and_says_what_it_left_out(earloop, broken, tmp_path):
    run = ("hil", "run", "--device", "golden", "--recording", broken, "--out", tmp_path / "out")
    refused = earloop(*run)
    assert refused.status == 2
    assert "--part 2 (13.000 to 16.000 s)" in refused.err
    ended = earloop(*run, "--part", 2)
    assert ended.status == 0
    assert ended.out.startswith("PASS: golden, 3.0 s")
    note = "note: broken.edf: 1 of 2 events are outside the selected samples\n"
    assert ended.err == f"{note}channels: T7, T9, T8, T10\n"
    assert earloop(*run, "--start", 13.5, "--seconds", 2).out.startswith("PASS: golden, 2.0 s")


def test_a_recording_can_be_split_into_runs(earloop, broken, tmp_path):
    out = tmp_path / "out"
    ended = earloop("hil", "run", "--device", "golden", "--recording", broken, "--gaps", "split", "--out", out)
    assert ended.status == 0
    assert [line for line in ended.out.splitlines() if line.startswith("part")] == ["part 1 of 2:", "part 2 of 2:"]
    for number in (1, 2):
        summary = json.loads((tmp_path / f"out-part-{number}" / "summary.json").read_text())
        assert (summary["verdict"], summary["recording"]["duration_s"]) == ("pass", 3.0)
    assert not out.exists()


def test_a_part_that_cannot_be_run_stops_no_other(earloop, tmp_path):
    rng = np.random.default_rng(0)
    codes = rng.integers(-200, 200, (3, 50))
    signals = [
        *(EdfSignal(label=name, codes=codes) for name in ("T7", "T9", "T8", "T10")),
        EdfSignal(label="EDF Annotations", texts=[tal(0), tal(5), tal("5.2")]),
    ]
    path = tmp_path / "short.edf"
    path.write_bytes(edf_bytes(signals, reserved="EDF+D", record_s=0.2))
    ended = earloop("hil", "run", "--device", "golden", "--recording", path, "--gaps", "split", "--out", tmp_path / "o")
    assert ended.status == 2
    assert "error: part 1: 200 samples yield no token" in ended.err
    assert "PASS: golden, 0.4 s" in ended.out


def test_a_gap_is_left_blank_in_a_picture_and_refused_by_a_device(earloop, broken, tmp_path):
    out = tmp_path / "view.png"
    assert earloop("sim", "view", broken, "--gaps", "nan", "--out", out).status == 0
    assert imread(out).size
    ended = earloop("hil", "run", "--device", "golden", "--recording", broken, "--gaps", "nan", "--out", tmp_path / "o")
    assert ended.status == 2
    assert "nothing was recorded from 3.000 s to 13.000 s, and a device needs a recording without gaps" in ended.err


def test_fewer_channels_than_electrodes_are_answered_with_a_design(earloop, broken, tmp_path):
    run = ("hil", "run", "--device", "golden", "--recording", broken, "--part", 1, "--out", tmp_path / "o")
    three = ("--channels", "T7,T9,T8")
    ended = earloop(*run, *three)
    assert ended.status == 2
    assert "a design with the recording's electrodes and their reference, which `earloop spec from-record" in ended.err
    own = tmp_path / "my.toml"
    assert earloop("spec", "from-recording", broken, "--part", 1, *three, "--out", own).status == 0
    assert earloop(*run, *three, "--design", own).out.startswith("PASS: golden, 3.0 s")
