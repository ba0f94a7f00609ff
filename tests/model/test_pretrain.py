"""Pretraining: windows, masks, objectives, resume, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.config import ModelConfig, ModelError, PretrainConfig
from model.pretraining.checkpoint import load_checkpoint
from model.pretraining.masking import draw_mask
from model.pretraining.objectives import OBJECTIVES, PiMT, spectra
from model.pretraining.trainer import CHECKPOINT_NAME, pretrain
from model.tokens.windows import cut_windows
from spec.design import parse_design

SMALL = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=16, layers=1, d_state=4)


@pytest.fixture
def small_design(design_data):
    design_data["electrodes"] = {"left": ["T7"], "right": ["T8"], "reference": ["Cz"]}
    design_data["bands"] = design_data["bands"][:3]
    design_data["tokens"] |= {"patch": 10, "window_patches": 4}
    return parse_design(design_data)


def tone_stream(patches, channels=2, bands=3, patch=10, seed=0):
    """Tones that a model can learn, some thousand steps large."""
    rng = np.random.default_rng(seed)
    t = np.arange(patches * patch).reshape(patches, 1, 1, patch)
    hz = np.array([0.02, 0.05, 0.11])[:bands].reshape(1, 1, bands, 1)
    phase = rng.uniform(0, 6, (1, channels, 1, 1))
    return np.round(2000 * np.sin(2 * np.pi * hz * t + phase)).astype(np.int16)


def test_a_window_holds_the_tokens_of_its_place(small_design):
    stream = np.arange(12 * 2 * 3 * 10).reshape(12, 2, 3, 10).astype(np.int16)
    windows = cut_windows([stream], SMALL, hop=2, scale=np.array([1, 2, 4], np.float32))
    assert len(windows) == 5
    found = windows.batch([1])[0]
    assert found.shape == (3, 2, 4, 10)
    np.testing.assert_array_equal(found[2, 1, 3], stream[2 + 3, 1, 2] / 4)


def test_a_band_is_scaled_to_unit_size():
    windows = cut_windows([tone_stream(40)], SMALL, hop=1)
    assert windows.batch(list(range(20))).std(dim=(0, 2, 3, 4)) == pytest.approx([1, 1, 1], abs=0.05)


@pytest.mark.parametrize("ratio", [0.01, 0.3, 0.5, 0.99])
def test_masks_hide_something_and_never_all(ratio):
    masks = draw_mask(SMALL, 200, ratio, torch.Generator().manual_seed(3))
    share = masks.float().mean(dim=(1, 2, 3))
    assert share.min() > 0
    assert share.max() < 1


def test_every_kind_of_mask_is_drawn():
    masks = draw_mask(SMALL, 200, 0.5, torch.Generator().manual_seed(3)).float()
    constant = {axis: (masks.amax(axis) == masks.amin(axis)).all(dim=(1, 2)) for axis in (1, 2, 3)}
    time = constant[1] & constant[2]
    channel, band = constant[1] & constant[3], constant[2] & constant[3]
    kinds = [int(kind.sum()) for kind in (time, channel, band, ~(time | channel | band))]
    assert min(kinds) > 20, kinds


def test_spectra_hold_the_energy_and_the_phase():
    t = torch.arange(50) / 50
    patch = 3 * torch.cos(2 * torch.pi * 5 * t + 0.5)
    amplitude, phase = spectra(patch)
    assert amplitude.argmax() == 5
    assert amplitude[5].item() == pytest.approx(3 * 50**0.5 / 2, rel=1e-5)
    assert phase[5].item() * torch.pi == pytest.approx(0.5, abs=1e-4)


def test_each_objective_reaches_only_its_own_decoder_and_the_encoder():
    torch.manual_seed(0)
    model = PiMT(SMALL)
    mask = draw_mask(SMALL, 2, 0.5, torch.Generator().manual_seed(1))
    for index, name in enumerate(OBJECTIVES):
        model.zero_grad()
        model.losses(torch.randn(2, 3, 2, 4, 10), mask)[index].backward()
        touched = {n.split(".")[1] for n, p in model.decoders.named_parameters(prefix="decoders") if p.grad.any()}
        assert touched == {name}
        assert model.encoder.embed.weight.grad.abs().sum() > 0


def test_the_loss_falls(small_design, tmp_path):
    config = PretrainConfig(steps=60, batch=4, hop_patches=1, learning_rate=3e-3)
    losses = pretrain(small_design, [tone_stream(60)], tmp_path, config, preset="nano").losses
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_an_interrupted_run_goes_through_the_same_losses(small_design, tmp_path):
    config = PretrainConfig(steps=12, batch=2, hop_patches=1)
    stream = [tone_stream(30)]
    whole = pretrain(small_design, stream, tmp_path / "whole", config, preset="nano")
    seen = []
    pretrain(
        small_design, stream, tmp_path / "cut", config, preset="nano", advance=lambda x: seen.append(x) or len(seen) < 5
    )
    resumed = pretrain(small_design, stream, tmp_path / "cut", config, preset="nano", resume=True)
    assert resumed.losses == whole.losses
    weights = [load_checkpoint(tmp_path / run / CHECKPOINT_NAME)[1] for run in ("whole", "cut")]
    for name, tensor in weights[0].items():
        assert torch.equal(tensor, weights[1][name]), name


def test_a_checkpoint_of_another_design_is_refused(small_design, design_data, tmp_path):
    config = PretrainConfig(steps=2, batch=2, hop_patches=1)
    pretrain(small_design, [tone_stream(30)], tmp_path, config, preset="nano")
    design_data["notch"]["q"] = 31.0
    other = parse_design(design_data)
    with pytest.raises(ModelError, match="design_hash"):
        pretrain(other, [tone_stream(30)], tmp_path, config, preset="nano", resume=True)


def test_a_damaged_checkpoint_is_one_line(small_design, tmp_path):
    (tmp_path / CHECKPOINT_NAME).write_bytes(b"not a checkpoint at all")
    with pytest.raises(ModelError, match="not a readable checkpoint"):
        pretrain(small_design, [tone_stream(30)], tmp_path, PretrainConfig(steps=2), preset="nano", resume=True)


def test_streams_that_do_not_fit_are_refused(small_design, tmp_path):
    with pytest.raises(ModelError, match="3 patches: a window needs 4"):
        pretrain(small_design, [tone_stream(3)], tmp_path, PretrainConfig(), preset="nano")
    with pytest.raises(ModelError, match=r"tokens of shape \(9, 4, 3, 10\)"):
        pretrain(small_design, [tone_stream(9, channels=4)], tmp_path, PretrainConfig(), preset="nano")


def test_a_diverging_run_stops_and_keeps_its_last_checkpoint(small_design, tmp_path):
    config = PretrainConfig(steps=4, batch=2, hop_patches=1, weights=(float("inf"), 1, 1, 1, 1, 1))
    with pytest.raises(ModelError, match="step 0: the loss is inf"):
        pretrain(small_design, [tone_stream(30)], tmp_path, config, preset="nano")
    assert not list(tmp_path.iterdir())
