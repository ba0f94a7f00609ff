"""Masks and the six objectives."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from earloop.model.config import MASK_KINDS, ModelError
from earloop.model.pretraining.masking import draw_mask
from earloop.model.pretraining.objectives import OBJECTIVES, PiMT, spectra
from tests.model.pretraining.made import SMALL

LONG = replace(SMALL, channels=4, bands=12, patches=16)


def draw(kind, ratio=0.5, config=LONG, batch=50, seed=3):
    weights = tuple(float(name == kind) for name in MASK_KINDS)
    return draw_mask(config, batch, ratio, torch.Generator().manual_seed(seed), weights)


def constant_along(masks, axes):
    return bool((masks.amax(axes) == masks.amin(axes)).all())


@pytest.mark.parametrize("ratio", [0.01, 0.3, 0.5, 0.99])
@pytest.mark.parametrize("kind", MASK_KINDS)
def test_masks_hide_their_share_but_something_and_never_all(kind, ratio):
    units = {"random": 768, "block": 16, "band": 12, "channel": 4}[kind]
    share = draw(kind, ratio).float().mean(dim=(1, 2, 3))
    assert share.min() == share.max() == min(max(round(ratio * units), 1), units - 1) / units


@pytest.mark.parametrize(("kind", "axes"), [("block", (1, 2)), ("band", (2, 3)), ("channel", (1, 3))])
def test_a_kind_hides_along_its_own_axis_alone(kind, axes):
    masks = draw(kind)
    assert constant_along(masks, axes)
    assert not constant_along(masks, (1, 2, 3))
    assert len({tuple(mask.flatten().tolist()) for mask in masks}) > 3


def test_a_block_is_one_stretch_of_time():
    times = draw("block", 0.3, batch=300)[:, 0, 0].int()
    edges = torch.nn.functional.pad(times, (1, 1)).diff(dim=1).abs().sum(1)
    assert (edges == 2).all()
    assert {int(start) for start in times.argmax(1)} == set(range(12))


def test_random_masks_treat_every_token_alike():
    shares = draw("random", 0.25, batch=400).float().mean(0)
    assert shares.min() > 0.25 - 5 * (0.25 * 0.75 / 400) ** 0.5
    assert shares.max() < 0.25 + 5 * (0.25 * 0.75 / 400) ** 0.5


def test_kinds_are_drawn_as_often_as_their_weights_say():
    masks = draw_mask(LONG, 400, 0.5, torch.Generator().manual_seed(1), (0.0, 3.0, 1.0, 0.0))
    blocks = sum(constant_along(mask[None], (1, 2)) for mask in masks)
    bands = sum(constant_along(mask[None], (2, 3)) for mask in masks)
    assert blocks + bands == 400
    assert abs(blocks - 300) < 5 * (400 * 0.75 * 0.25) ** 0.5


def test_the_same_seed_draws_the_same_masks():
    assert torch.equal(draw("random"), draw("random"))
    assert not torch.equal(draw("random"), draw("random", seed=4))


def test_a_kind_of_one_unit_is_left_out():
    one = replace(LONG, channels=1)
    masks = draw_mask(one, 50, 0.5, torch.Generator().manual_seed(1), (0.0, 0.0, 1.0, 1.0))
    assert constant_along(masks, (2, 3))
    with pytest.raises(ModelError, match="masks of kind channel would hide all or nothing of 12 bands, 1 channels"):
        draw("channel", config=one)


@pytest.mark.parametrize(("ratio", "what"), [(1.0, "all"), (1.5, "all"), (0.0, "none"), (-1.0, "none")])
def test_a_ratio_that_hides_all_or_nothing_is_refused(ratio, what):
    with pytest.raises(ModelError, match=rf"mask_ratio = {ratio:g} hides {what} of a window's 768 tokens"):
        draw("random", ratio)


@pytest.mark.parametrize(("fill", "count"), [(True, 24), (False, 0)])
def test_a_window_of_which_everything_or_nothing_is_hidden_is_refused(fill, count):
    mask = torch.zeros(2, 3, 2, 4, dtype=torch.bool)
    mask[0, 0] = True
    mask[1] = fill
    with pytest.raises(ModelError, match=rf"the mask hides \[8, {count}\] of each window's 24 tokens"):
        PiMT(SMALL)(torch.zeros(2, 3, 2, 4, 10), mask)


def test_spectra_hold_the_energy_and_the_phase():
    t = torch.arange(50) / 50
    patch = 3 * torch.cos(2 * torch.pi * 5 * t + 0.5)
    amplitude, phase = spectra(patch)
    assert amplitude.argmax() == 5
    assert amplitude[5].item() == pytest.approx(3 * 50**0.5 / 2, rel=1e-5)
    assert phase[5].item() * torch.pi == pytest.approx(0.5, abs=1e-4)


def test_each_objective_reaches_only_its_own_decoder_and_the_encoder():
    torch.manual_seed(0)
    model, mask = PiMT(SMALL), draw("random", config=SMALL, batch=2)
    for index, name in enumerate(OBJECTIVES):
        model.zero_grad()
        model(torch.randn(2, 3, 2, 4, 10), mask)[index].backward()
        touched = {n.split(".")[1] for n, p in model.decoders.named_parameters(prefix="decoders") if p.grad.any()}
        assert touched == {name}
        assert model.encoder.embed.weight.grad.abs().sum() > 0


def test_a_masked_objective_is_the_mean_over_what_is_hidden():
    torch.manual_seed(0)
    model, mask = PiMT(SMALL), draw("random", config=SMALL, batch=1)
    patches = torch.randn(1, 3, 2, 4, 10)
    features = model.encoder(patches, mask)
    error = (model.decoders["masked_reconstruction"](features) - patches).abs().mean(-1)
    torch.testing.assert_close(model(patches, mask)[3], error[mask].mean())


def test_the_losses_of_a_batch_are_the_mean_of_those_of_its_parts_whatever_they_hide():
    torch.manual_seed(0)
    model, patches = PiMT(SMALL), torch.randn(3, 3, 2, 4, 10)
    mask = torch.cat([draw("random", ratio, SMALL, batch=1) for ratio in (0.1, 0.5, 0.9)])
    parts = torch.stack([model(patches[i : i + 1], mask[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(model(patches, mask), parts.mean(0))
