"""Labelled epochs: the right samples of the right stream, shifted, chosen and narrowed."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

FORMAT = TokenFormat(
    design_hash="0" * 64, channels=("T7", "T8"), bands=("eog", "eeg_alpha", "emg_low"), rate_hz=200.0, patch=50
)


def stream(name="x", ticks=1000, fmt=FORMAT, offset=0):
    """Every sample is its own: tick * 6 + channel * 3 + band."""
    samples = offset + np.arange(ticks * 6).reshape(ticks, 2, 3).astype(np.int16)
    return TokenStream(
        format=fmt, samples=samples, notched_uv=samples[:, :, 0].astype(np.float32), name=name, subject="1", session="a"
    )


def task(**changes):
    fields = {
        "task": "task",
        "streams": (stream("x"), stream("y", offset=7)),
        "stream": np.array([0, 0, 1]),
        "start": np.array([0, 123, 800]),
        "patches": 4,
        "target": np.array([0, 1, 1]),
        "classes": ("a", "b"),
    }
    return Epochs(**(fields | changes))


def test_tokens_are_the_stream_from_the_start_of_the_epoch():
    found = task().tokens(np.array([1, 2]))
    assert found.shape == (2, 3, 2, 4, 50)
    assert found.dtype == np.float32
    for row, (start, offset) in enumerate([(123, 0), (800, 7)]):
        for band, channel, patch, sample in [(0, 0, 0, 0), (2, 1, 3, 49), (1, 0, 2, 17)]:
            wanted = offset + (start + 50 * patch + sample) * 6 + channel * 3 + band
            assert found[row, band, channel, patch, sample] == wanted


def test_potentials_are_of_the_same_samples():
    found = task().notched_uv(np.array([1]))
    assert found.shape == (1, 2, 200)
    np.testing.assert_array_equal(found[0, 1], (123 + np.arange(200)) * 6 + 3)


def test_a_shift_stays_within_the_stream():
    epochs = task()
    found = epochs.notched_uv(np.array([0, 1, 2]), np.array([-40, 40, 40]))
    np.testing.assert_array_equal(found[:, 0, 0], [0, 163 * 6, 7 + 800 * 6])


def test_some_epochs_keep_their_targets_and_names():
    some = task().only(np.array([2, 0]))
    np.testing.assert_array_equal(some.target, [1, 0])
    assert some.run.tolist() == ["y", "x"]
    assert some.session.tolist() == ["1/a", "1/a"]


def test_some_bands_are_the_same_samples():
    epochs = task()
    narrow = epochs.with_bands(("emg_low", "eog"))
    np.testing.assert_array_equal(narrow.tokens(np.array([1])), epochs.tokens(np.array([1]))[:, [2, 0]])
    with pytest.raises(ModelError, match="task: no band ecg_lf; valid: eog, eeg_alpha, emg_low"):
        epochs.with_bands(("ecg_lf",))


OTHER = TokenFormat(
    design_hash="1" * 64, channels=("T7", "T8"), bands=("eog", "eeg_alpha", "emg_low"), rate_hz=200.0, patch=50
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": np.array([], int), "stream": np.array([], int), "target": np.array([], int)}, "no epochs"),
        ({"streams": (stream(), stream(fmt=OTHER))}, "streams have 2 formats"),
        ({"start": np.array([0, 801, 0])}, "epoch 1 begins at tick 801 of x, which has 1000 ticks; an epoch needs 200"),
        ({"start": np.array([0, 0, -1])}, "epoch 2 begins at tick -1"),
        ({"target": np.array([0, 1])}, r"the target has shape \(2,\): wanted \(3,\)"),
        ({"classes": (), "outputs": ("x_deg",)}, r"the target has shape \(3,\): wanted \(3, 4, 1\)"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(ModelError, match=message):
        task(**changes)


@pytest.mark.parametrize(
    ("samples", "notched", "message"),
    [
        ((100, 2, 4), (100, 2), "wanted .ticks, 2 channels, 3 bands"),
        ((100, 2, 3), (99, 2), "the notched signal has shape .99, 2."),
    ],
)
def test_a_stream_must_fit_its_format(samples, notched, message):
    with pytest.raises(ModelError, match=message):
        TokenStream(
            format=FORMAT, samples=np.zeros(samples, np.int16), notched_uv=np.zeros(notched, np.float32), name="x"
        )


def test_a_cue_too_near_to_an_end_is_left_out(design):
    ticks = 1000
    fmt = TokenFormat.of(design)
    whole = TokenStream(
        format=fmt, samples=np.zeros((ticks, 4, 12), np.int16), notched_uv=np.zeros((ticks, 4), np.float32), name="x"
    )
    # A tick is delayed by 0.125 s: the first cue that fits is before the first sample, the last 0.125 s earlier.
    cues = [Cue(0, at_s, "a") for at_s in (-0.2, -0.1, 0.0, 2.0, 3.87, 3.89)]
    found = cut_epochs("task", design, (whole,), cues, 4, ("a",))
    assert len(found) == 4
    assert found.start.max() + found.samples <= ticks


def test_a_class_without_a_cue_is_named(design):
    fmt = TokenFormat.of(design)
    whole = TokenStream(
        format=fmt, samples=np.zeros((1000, 4, 12), np.int16), notched_uv=np.zeros((1000, 4), np.float32), name="x"
    )
    with pytest.raises(ModelError, match="task: no epoch of b among 1; wanted some of each class"):
        cut_epochs("task", design, (whole,), [Cue(0, 1.0, "a"), Cue(0, 100.0, "b")], 4, ("a", "b"))
