"""Fine-tuning: each mode learns what it should, from what it should, and the same from the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from earloop.model.config import ModelConfig, ModelError
from earloop.model.finetuning.averaged import Averaged
from earloop.model.finetuning.finetune import FineTune, finetuning
from earloop.model.finetuning.frozen import FrozenProbe
from earloop.model.finetuning.network import Pretrained, cut_to
from earloop.model.fitting.training import TrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.protocol.metrics import balanced_accuracy, rmse
from tests.model.epochs_made import FORMAT, gaze_epochs, tone_epochs

TRAIN, TEST = np.arange(60), np.arange(60, 90)
BRIEF = TrainConfig(passes=2, patience=2)


@pytest.fixture
def untrained():
    """An encoder as pretraining would hand it over, of longer windows than the epochs; not trained."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        config = ModelConfig(channels=2, bands=3, patches=6, patch=50, d_model=32, layers=1)
        return Pretrained(Encoder(config), np.full(3, 100, np.float32))


@pytest.fixture(scope="module")
def tones():
    return tone_epochs(90, amplitude=2.0)


@pytest.fixture(scope="module")
def learned(tones):
    """A small model that has learned tones from nothing."""
    return FineTune(preset="nano", config=TrainConfig(passes=15, patience=15)).fit(tones, TRAIN, 0)


def weights(predictor):
    return {name: value.clone() for name, value in predictor.network.state_dict().items()}


def test_from_scratch_a_tone_of_any_phase_is_learned(tones, learned):
    scores = learned.predict(tones, TEST)
    assert scores.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert balanced_accuracy(tones.target[TEST], scores) > 0.85


def test_the_weights_kept_are_those_of_the_best_pass(learned):
    history = learned.history
    assert len(history.held_out) == len(history.learned)
    assert history.held_out[history.best] == min(history.held_out)


def test_what_was_learned_lets_a_frozen_probe_find_it(tones, learned, untrained):
    trained = Pretrained(learned.network.encoder, learned.network.scale.flatten().numpy())
    found = [
        balanced_accuracy(tones.target[TEST], FrozenProbe(each, "mean").fit(tones, TRAIN, 0).predict(tones, TEST))
        for each in (trained, untrained)
    ]
    assert found[0] > 0.85
    assert found[0] > found[1]


def test_a_probe_leaves_the_encoder_and_its_owner_alone(tones, untrained):
    before = {name: value.clone() for name, value in untrained.encoder.state_dict().items()}
    predictor = finetuning("probe", untrained, config=BRIEF).fit(tones, TRAIN, 0)
    after = predictor.network.encoder.state_dict()
    for name, value in before.items():
        torch.testing.assert_close(untrained.encoder.state_dict()[name], value, rtol=0, atol=0)
        torch.testing.assert_close(after[name], value[:4] if name == "time_embedding" else value, rtol=0, atol=0)


def test_full_moves_the_encoder_less_than_the_head(tones, untrained):
    once = TrainConfig(passes=1, batch=60, warmup_share=0.0, encoder_rate=0.1, weight_decay=0.0)
    predictor = finetuning("full", untrained, config=once).fit(tones, TRAIN, 0)
    start = cut_to(untrained, tones).encoder
    moved = (predictor.network.encoder.embed.weight - start.embed.weight).abs().max().item()
    # Adam's first step is the learning rate, whatever the gradient.
    assert moved == pytest.approx(0.1 * once.learning_rate, rel=1e-2)
    assert all(parameter.requires_grad for parameter in predictor.network.parameters())


def test_the_same_seed_gives_the_same_weights_and_leaves_the_callers_random_state(tones):
    model = FineTune(preset="nano", config=BRIEF)
    torch.manual_seed(1)
    first = weights(model.fit(tones, TRAIN, 3))
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(drawn, torch.rand(1))
    again, other = weights(model.fit(tones, TRAIN, 3)), weights(model.fit(tones, TRAIN, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["head.linear.weight"], other["head.linear.weight"])


def test_epochs_outside_training_change_nothing(tones):
    """Not even the scale, or when to stop: the test epochs are blown up, and the weights are the same."""
    streams = list(tones.streams)
    lies_in = int(tones.stream[TEST[0]])
    loud = streams[lies_in].samples.copy()
    begin = tones.start[TEST[0]] + BRIEF.shift_ticks
    loud[begin : begin + 100] = 9000
    streams[lies_in] = type(streams[lies_in])(**vars(streams[lies_in]) | {"samples": loud})
    spoiled = type(tones)(
        **{name: getattr(tones, name) for name in tones.__dataclass_fields__} | {"streams": tuple(streams)}
    )
    model = FineTune(preset="nano", config=BRIEF)
    first, second = (weights(model.fit(each, TRAIN, 0)) for each in (tones, spoiled))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_values_are_learned_in_their_units():
    gaze = gaze_epochs(90)
    config = TrainConfig(passes=25)
    values = FineTune(preset="nano", pool="mean_over_time", config=config).fit(gaze, TRAIN, 0).predict(gaze, TEST)
    target = gaze.target[TEST]
    assert values.shape == target.shape
    assert rmse(target, values) < 0.5 * target.std()


def test_a_frozen_encoder_gives_values_at_their_patches(untrained):
    gaze = gaze_epochs(60)
    values = finetuning("frozen", untrained).fit(gaze, np.arange(40), 0).predict(gaze, np.arange(40, 60))
    assert rmse(gaze.target[40:], values) < 0.7 * gaze.target.std()


def test_a_loss_that_is_not_finite_is_one_line_with_its_step(tones):
    wild = TrainConfig(learning_rate=1e30, clip_norm=1e30, warmup_share=0.0)
    with pytest.raises(ModelError, match=r"tone: the loss of step \d+ is (nan|inf): try a learning rate below 1e\+30"):
        FineTune(preset="nano", config=wild).fit(tones, TRAIN, 0)


def test_epochs_that_an_encoder_cannot_take_are_refused(untrained):
    with pytest.raises(ModelError, match="tone: 2 bands: the encoder learned from 3"):
        cut_to(untrained, tone_epochs(6).with_bands(FORMAT.bands[:2]))
    with pytest.raises(ModelError, match="epochs of 8 patches: the encoder learned from 6"):
        cut_to(untrained, tone_epochs(6, patches=8))


def test_a_mode_without_its_encoder_is_refused(untrained):
    with pytest.raises(ModelError, match="mode full begins with a pretrained encoder: give a checkpoint"):
        finetuning("full")
    with pytest.raises(ModelError, match="mode scratch begins with a fresh encoder: leave the checkpoint out"):
        finetuning("scratch", untrained)
    with pytest.raises(ModelError, match="preset 'huge' is not known"):
        finetuning("scratch", preset="huge").fit(tone_epochs(12), np.arange(12), 0)


def test_the_mean_of_several_is_the_mean_of_each_by_its_own_seed():
    @dataclass(frozen=True)
    class Drawn:
        parameters: int
        level: float = 0.0

        def fit(self, epochs, train, seed):
            return Drawn(self.parameters, seed % 1000)

        def predict(self, epochs, which):
            return np.full((len(which), 2), self.level, np.float32)

    epochs, which = tone_epochs(9), np.arange(4)
    several = Averaged(Drawn(5), 3).fit(epochs, which, 1)
    levels = [member.level for member in several.members]
    assert len(set(levels)) == 3
    assert several.parameters == 15
    np.testing.assert_allclose(several.predict(epochs, which), np.mean(levels), rtol=1e-6)
    again = Averaged(Drawn(5), 3).fit(epochs, which, 1)
    assert [member.level for member in again.members] == levels
