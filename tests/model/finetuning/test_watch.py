"""The score of an encoder during its pretraining: that of a frozen encoder on one split, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score

from earloop.model.config import MisfitError, ModelConfig, ModelError
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.finetuning.watch import SEED, linear_probe, probe_split
from earloop.model.network.encoder import Encoder
from tests.model.epochs_made import FORMAT, gaze_epochs, tone_epochs

MODEL = ModelConfig(channels=2, bands=3, patches=6, patch=50, d_model=16, layers=1)
SCALE = np.full(3, 100, np.float32)


@pytest.fixture(scope="module")
def encoder():
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return Encoder(MODEL).eval()


def test_the_score_is_that_of_the_frozen_mode_on_people_it_did_not_learn_from(encoder):
    epochs = tone_epochs(90)
    score = linear_probe(epochs, FORMAT, MODEL)(encoder, SCALE)
    split = probe_split(epochs)
    assert not set(epochs.subject[split.train]) & set(epochs.subject[split.test])
    predictor = finetuning("frozen", Pretrained(encoder, SCALE)).fit(epochs, split.train, SEED)
    chosen = predictor.predict(epochs, split.test).argmax(axis=1)
    assert score == {"balanced accuracy": pytest.approx(balanced_accuracy_score(epochs.target[split.test], chosen))}
    assert linear_probe(epochs, FORMAT, MODEL)(encoder, SCALE) == score


def test_values_are_scored_by_their_error(encoder):
    assert list(linear_probe(gaze_epochs(60), FORMAT, MODEL)(encoder, SCALE)) == ["angular error"]


def test_of_one_person_the_end_of_each_recording_is_the_test():
    epochs = tone_epochs(60)
    alone = replace(epochs, streams=tuple(replace(stream, subject="one") for stream in epochs.streams))
    split = probe_split(alone)
    for stream in range(len(alone.streams)):
        train, test = (alone.start[part[alone.stream[part] == stream]] for part in (split.train, split.test))
        assert train.max() < test.min()


def test_tokens_of_another_format_and_long_epochs_are_refused():
    epochs = tone_epochs(30)
    with pytest.raises(MisfitError, match="probe tone: its channels are T7, T8, not T9, T10"):
        linear_probe(epochs, replace(FORMAT, channels=("T9", "T10")), MODEL)
    with pytest.raises(ModelError, match=r"its epochs have \d patches, but the model's windows 2; choose a"):
        linear_probe(epochs, FORMAT, replace(MODEL, patches=2))
