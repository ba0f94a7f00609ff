"""Decoding along a recording: where windows and patches begin, and what is chosen in each."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.export.decode import Decoded, decode
from earloop.model.finetuning.decoder import learn_decoder
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig
from tests.model.epochs_made import tone_epochs


@pytest.fixture(scope="module")
def tones():
    return tone_epochs(90, amplitude=2.0)


@pytest.fixture(scope="module")
def decoder(tones):
    model = finetuning("scratch", preset="nano", config=TrainConfig(passes=15, patience=15))
    return learn_decoder(model, tones, mode="scratch", seed=0)


def test_a_tone_is_found_where_it_lies(tones, decoder):
    found = decode(decoder, tones.streams[0], hop_s=0.5)
    assert found.window_s == 1.0
    assert found.start_s[:3].tolist() == [0, 0.5, 1.0]
    own = tones.stream == 0
    at = np.round(tones.start[own] / 100).astype(int)  # every epoch of this stream begins at a multiple of 100 ticks
    assert (tones.start[own] % 100 == 0).all()
    assert np.mean(found.chosen[at] == tones.target[own]) > 0.85


def test_progress_ends_with_all_windows(tones, decoder):
    seen = []
    found = decode(decoder, tones.streams[0], hop_s=1.0, advance=seen.append)
    assert seen[-1] == len(found.start_s)
    assert seen == sorted(seen)


def test_tokens_of_another_format_are_refused(tones, decoder):
    other = tones.with_bands(("low", "middle"))
    with pytest.raises(ModelError, match=r"run0: its bands are low, middle, not low, middle, high \(high is missing"):
        decode(decoder, other.streams[0])


def test_patches_of_values_lie_within_their_windows():
    values = np.zeros((2, 4, 1), np.float32)
    found = Decoded(values=values, start_s=np.array([0.0, 3.0]), window_s=1.0, classes=(), outputs=("gaze_x_deg",))
    assert found.patch_start_s.tolist() == [[0, 0.25, 0.5, 0.75], [3, 3.25, 3.5, 3.75]]
