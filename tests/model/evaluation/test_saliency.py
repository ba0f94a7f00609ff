"""Which band carries a task, where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from earloop.model.baselines.eegnet import EEGNet
from earloop.model.config import ModelError
from earloop.model.evaluation.saliency import (
    attribution_by_band,
    band_saliency,
    integrated_gradients,
    occlusion_by_band,
)
from earloop.model.evaluation.saliency_figure import saliency_figure
from earloop.model.finetuning.finetune import FineTune
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.metrics import CLASSIFICATION, REGRESSION
from tests.model.epochs_made import BANDS, gaze_epochs, tone_epochs

TRAIN, TEST, TEST_OF_GAZE = np.arange(60), np.arange(60, 90), np.arange(40, 60)


@pytest.fixture(scope="module")
def in_the_high_band():
    epochs = tone_epochs(90, amplitude=2.0, band="high", seed=2)
    predictor = FineTune(preset="nano", config=TrainConfig(passes=20)).fit(epochs, TRAIN, 0)
    return epochs, predictor, band_saliency(predictor, epochs, TRAIN, TEST, CLASSIFICATION[0], 0)


def test_the_band_that_holds_the_class_is_first_by_both(in_the_high_band):
    saliency = in_the_high_band[2]
    assert saliency.whole > 0.8
    for share in (saliency.attribution, saliency.occlusion):
        assert share.sum() == pytest.approx(1)
        assert BANDS[share.argmax()] == "high"
        assert share.max() > 0.6


def test_without_the_band_that_holds_the_class_chance_is_left(in_the_high_band):
    saliency = in_the_high_band[2]
    assert saliency.whole - saliency.loss[BANDS.index("high")] == pytest.approx(0.5, abs=0.1)


def test_an_error_that_grows_without_a_band_is_a_loss():
    epochs = gaze_epochs(60)
    predictor = FineTune(preset="nano", pool="mean_over_time", config=TrainConfig(passes=10)).fit(epochs, TRAIN[:40], 0)
    _, loss = occlusion_by_band(predictor, epochs, TRAIN[:40], TEST_OF_GAZE, REGRESSION[0], 0)
    share = attribution_by_band(predictor, epochs, TRAIN[:40], TEST_OF_GAZE, 0)
    assert loss[0] > 1  # degrees, of the band that holds the angles
    assert loss.argmax() == share.argmax() == 0


def test_integrated_gradients_add_up_to_the_change_of_the_output():
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(6, generator=generator)
    inputs = torch.randn(5, 6, generator=generator)

    def output(x):
        return torch.sin(x @ weight) + (x**3).sum(dim=1)

    start = torch.randn(1, 6, generator=generator)
    added = integrated_gradients(output, inputs, [start] * 200, 200)
    torch.testing.assert_close(added.sum(dim=1), output(inputs) - output(start), atol=1e-3, rtol=1e-3)


def test_occlusion_leaves_the_epochs_as_they_were(in_the_high_band):
    epochs, predictor, _ = in_the_high_band
    before = [stream.samples.copy() for stream in epochs.streams]
    occlusion_by_band(predictor, epochs, TRAIN, TEST, CLASSIFICATION[0], 0)
    for stream, samples in zip(epochs.streams, before, strict=True):
        np.testing.assert_array_equal(stream.samples, samples)


def test_the_picture_has_a_bar_for_each_band(in_the_high_band):
    saliency = in_the_high_band[2]
    shares, losses = saliency_figure(saliency).axes
    assert [bar.get_width() for bar in shares.patches] == pytest.approx(saliency.attribution.tolist())
    assert [bar.get_width() for bar in losses.patches] == pytest.approx(saliency.loss.tolist())
    assert [text.get_text() for text in shares.get_yticklabels()] == list(BANDS)


def test_where_no_band_is_missed_no_band_has_a_share(in_the_high_band):
    nothing = replace(in_the_high_band[2], loss=np.array([-0.1, 0.0, -0.02]))
    assert nothing.occlusion.tolist() == [0, 0, 0]


def test_a_model_without_bands_is_refused():
    epochs = tone_epochs(12)
    predictor = EEGNet(TrainConfig(passes=1)).fit(epochs, np.arange(12), 0)
    with pytest.raises(ModelError, match="the model takes no bands"):
        attribution_by_band(predictor, epochs, np.arange(12), np.arange(2), 0)
