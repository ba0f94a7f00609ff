"""`hil record` hears mne-lsl's PlayerLSL: volts as powers of ten, annotations in both of its encodings, an end."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from earloop.cli.main import main
from earloop.cli.output import console
from earloop.hil.interop.lsl_source import record_lsl
from earloop.recordings import read_recording
from tests.clients.play import EVENTS, LABELS, RATE

pytestmark = pytest.mark.client
PATIENCE_S = 60.0


def played_sample(recording):
    """Which sample of the file each sample is, by its first channel."""
    return np.round(recording.data[:, 0]).astype(int)


@pytest.mark.parametrize("encoding", ["one-hot", "string"])
def test_volts_arrive_as_microvolts_and_annotations_at_the_sample_that_they_stand_at(lsl, player, encoding):
    with player(encoding):
        kept = record_lsl("player", 3.0, markers=("player-annotations",), silence_s=PATIENCE_S)
    (recording,) = kept.parts
    assert (kept.broken_off, recording.unit, recording.sfreq, recording.channels) == ("", "uV", RATE, LABELS)
    samples = played_sample(recording)
    np.testing.assert_array_equal(np.diff(samples), 1)
    np.testing.assert_allclose(recording.data[:, 1], -recording.data[:, 0], atol=1e-6)
    np.testing.assert_allclose(recording.data[:, 2], 5, atol=1e-9)
    begun = [note for note in recording.annotations if note.onset_s > 0]  # one may have begun before the recording
    found = {note.label for note in begun}
    assert found == {label for label, _ in EVENTS.values()}, "three seconds have one of each at least"
    for note in begun:
        # The player stamps the last sample of a chunk with the chunk's end, and an annotation by the chunk's beginning:
        # a sample is stamped one period after the annotation that stands at it.
        at = samples[0] + note.onset_s * RATE + 1
        assert at == pytest.approx(round(at / RATE) * RATE, abs=0.5)
        label, duration_s = EVENTS[round(at / RATE) % 2]
        assert (note.label, note.source) == (label, "player-annotations")
        whole_s = duration_s if encoding == "one-hot" else 0.0
        assert note.duration_s == pytest.approx(min(whole_s, recording.duration_s - note.onset_s), abs=0.02)


def test_the_streams_of_one_source_are_told_apart_by_what_they_are(lsl, player):
    """Both streams of a player have its source id."""
    with player():
        kept = record_lsl("player-1", 1.0, markers=("player-1",), silence_s=PATIENCE_S)
    assert kept.parts[0].meta["stream"] == "player"


@pytest.fixture
def record(monkeypatch, capsys, tmp_path):
    """`record(then)`: `hil record` of ten minutes, whose progress bar does something once a second has come.

    Returns exit status, what was printed, what was complained of, and the session.
    """

    def run(then):
        @contextmanager
        def bar(what, total, unit):
            done = []

            def advance(samples):
                if samples >= RATE and not done:
                    done.append(then())

            yield advance

        monkeypatch.setattr(console, "progress", bar)
        out = tmp_path / "a.zarr"
        with pytest.raises(SystemExit) as end:
            main(["hil", "record", "--lsl", "player", "--seconds", "600", "--out", str(out)])
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err, read_recording(out)

    return run


def test_what_came_before_the_player_went_away_is_kept_by_the_command(lsl, player, record):
    with player() as playing:
        status, said, complained, kept = record(playing.kill)
    assert status == 2
    assert complained.splitlines()[-1] == f"error: LSL stream player: ended after {len(kept.data)} of 60000 samples"
    assert f"a.zarr: {kept.duration_s:g} s of player, 3 channels at 100 Hz\n" in said
    assert kept.meta["broken_off"] == f"ended after {len(kept.data)} of 60000 samples"
    assert len(kept.data) >= RATE
    np.testing.assert_array_equal(np.diff(played_sample(kept)), 1)


def test_what_came_before_ctrl_c_is_kept_by_the_command(lsl, player, record):
    with player():
        status, _, complained, kept = record(lambda: os.kill(os.getpid(), signal.SIGINT))
    assert status == 130
    assert kept.meta["broken_off"] == f"ended by Ctrl-C after {len(kept.data)} of 60000 samples"
    assert complained.splitlines()[-1] == f"error: LSL stream player: {kept.meta['broken_off']}"
    np.testing.assert_array_equal(np.diff(played_sample(kept)), 1)
