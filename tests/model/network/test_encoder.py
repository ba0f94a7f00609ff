"""The encoder: its windows, its orders, its sizes, and tokens given one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from earloop.model.config import MIXERS, PRESETS, ModelConfig, ModelError
from earloop.model.network.encoder import Encoder

SMALL = ModelConfig(channels=2, bands=3, patches=4, patch=10, d_model=16, layers=2, d_state=4, head_dim=8)
CAUSAL = replace(SMALL, causal=True, order="time_first")


def encoder(config, seed=0):
    torch.manual_seed(seed)
    return Encoder(config)


@pytest.mark.parametrize("mixer", MIXERS)
def test_every_mixer_keeps_the_shape_and_sees_every_token(mixer):
    model, patches = encoder(replace(SMALL, mixer=mixer)), torch.randn(2, 3, 2, 4, 10)
    changed = patches.clone()
    changed[:, 1, 1, 2] += 1
    before, after = model(patches), model(changed)
    assert before.shape == (2, 3, 2, 4, 16)
    assert ((before - after).abs().amax(-1) > 0).all()


@pytest.mark.parametrize("mixer", MIXERS)
def test_hidden_tokens_cannot_be_seen(mixer):
    model, patches = encoder(replace(SMALL, mixer=mixer)), torch.randn(2, 3, 2, 4, 10)
    mask = torch.rand(2, 3, 2, 4) < 0.5
    scrambled = torch.where(mask.unsqueeze(-1), torch.randn_like(patches), patches)
    torch.testing.assert_close(model(patches, mask), model(scrambled, mask))


def test_the_two_flatten_orders_are_different_models_of_the_same_shape():
    patches = torch.randn(1, 3, 2, 4, 10)
    by_frequency, by_time = (
        encoder(replace(SMALL, order=order))(patches) for order in ("frequency_first", "time_first")
    )
    assert by_frequency.shape == by_time.shape == (1, 3, 2, 4, 16)
    assert not torch.allclose(by_frequency, by_time)


@pytest.mark.parametrize(
    ("order", "later", "earlier"),
    [("frequency_first", (2, 0, 0), (0, 1, 3)), ("time_first", (0, 0, 2), (2, 1, 0))],
)
def test_the_order_says_which_axis_runs_slowest(order, later, earlier):
    """Without the backward direction a change at band 1, channel 1, patch 1 reaches only what comes later."""
    model = encoder(replace(SMALL, order=order))
    for block in model.blocks:
        torch.nn.init.zeros_(block.backwards.out_proj.weight)
    patches = torch.zeros(1, 3, 2, 4, 10)
    changed = patches.clone()
    changed[0, 1, 1, 1] += 1
    moved = (model(patches) - model(changed))[0].abs().amax(-1) > 0
    assert moved[later]
    assert not moved[earlier]


def test_a_shorter_window_is_served_by_the_first_places():
    """What a short window gives does not depend on the places beyond it."""
    model, patches = encoder(SMALL), torch.randn(2, 3, 2, 3, 10)
    before = model(patches)
    with torch.no_grad():
        model.time_embedding[3:] += 5
    torch.testing.assert_close(model(patches), before)
    with torch.no_grad():
        model.time_embedding[2] += 5 * torch.randn(16)
    assert not torch.allclose(model(patches), before)


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ModelError, match="windows of 5 patches: this model takes 4 at most"):
        encoder(SMALL)(torch.zeros(1, 3, 2, 5, 10))
    with pytest.raises(ModelError, match="2 bands, 2 channels and 10 samples per patch: this model takes 3, 2 and 10"):
        encoder(SMALL)(torch.zeros(1, 2, 2, 4, 10))


@pytest.mark.parametrize("mixer", ["mamba1", "mamba2"])
def test_a_causal_encoder_gives_token_by_token_what_it_gives_at_once(mixer):
    model = encoder(replace(CAUSAL, mixer=mixer))
    patches = torch.randn(2, 3, 2, 6, 10)  # longer than `patches`: a stream has no end
    with torch.no_grad():
        whole, state = model(patches), model.start(batch=2)
        for time in range(6):
            for channel in range(2):
                for band in range(3):
                    features, state = model.step(patches[:, band, channel, time], state)
                    torch.testing.assert_close(features, whole[:, band, channel, time])


def test_what_a_causal_encoder_remembers_does_not_grow():
    model = encoder(CAUSAL)

    def size(state):
        return sum(layer.h.numel() + layer.recent.numel() for layer in state.layers)

    first = state = model.start(batch=1)
    with torch.no_grad():
        for _ in range(50):
            _, state = model.step(torch.randn(1, 10), state)
    assert size(state) == size(first) == 2 * 32 * (4 + 3)
    assert state.place == 50 % 6


def test_an_encoder_of_both_directions_takes_no_single_tokens():
    with pytest.raises(ModelError, match="is bidirectional"):
        encoder(SMALL).start(batch=1)


@pytest.mark.parametrize("mixer", MIXERS)
def test_nano_has_fewer_than_100_000_parameters(mixer):
    size = PRESETS["nano"]
    config = ModelConfig(
        channels=4, bands=12, patches=16, patch=50, d_model=size.d_model, layers=size.layers, mixer=mixer
    )
    assert sum(p.numel() for p in Encoder(config).parameters()) < 100_000


@pytest.mark.parametrize("preset", ["tiny", "base"])
def test_the_transformer_is_about_as_large_as_the_mamba(preset):
    size = PRESETS[preset]
    config = ModelConfig(channels=4, bands=12, patches=16, patch=50, d_model=size.d_model, layers=size.layers)
    mamba, transformer = (
        sum(p.numel() for p in Encoder(replace(config, mixer=mixer)).parameters())
        for mixer in ("mamba1", "transformer")
    )
    assert 0.85 < transformer / mamba < 1.15


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"causal": True}, "causal model has order frequency_first: wanted time_first"),
        ({"causal": True, "order": "time_first", "mixer": "transformer"}, "mixer transformer cannot be causal"),
        ({"mixer": "lstm"}, "mixer 'lstm' is not known; valid: mamba1, mamba2, transformer"),
        ({"mixer": "mamba2", "head_dim": 5}, "head_dim = 5: must divide the inner width, 32"),
        ({"mixer": "transformer", "heads": 3}, "heads = 3: must divide d_model, 16"),
        ({"layers": 0}, "layers = 0: must be 1 to 64"),
        ({"layers": 65}, "layers = 65: must be 1 to 64"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(choice, said):
    with pytest.raises(ModelError, match=said):
        replace(SMALL, **choice)


def gradients(run, model, patches):
    parameters = [parameter for name, parameter in model.named_parameters() if name != "mask_token"]
    return torch.autograd.grad(run(patches).square().sum(), [patches, *parameters])


@pytest.mark.parametrize("config", [SMALL, CAUSAL], ids=["both directions", "causal"])
def test_a_compiled_encoder_gives_the_same_and_the_same_gradients(config):
    model = encoder(config).double()
    compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
    patches = torch.randn(2, 3, 2, 4, 10, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(compiled(patches), model(patches))
    torch.testing.assert_close(gradients(compiled, model, patches), gradients(model, model, patches))


@pytest.mark.parametrize("mixer", MIXERS)
def test_half_precision_is_near_and_double_precision_nearer(mixer):
    patches = torch.randn(2, 3, 2, 4, 10)
    single = encoder(replace(SMALL, mixer=mixer))(patches)
    coarse = encoder(replace(SMALL, mixer=mixer)).to(torch.bfloat16)(patches.to(torch.bfloat16))
    fine = encoder(replace(SMALL, mixer=mixer)).double()(patches.double())
    assert (coarse.dtype, fine.dtype) == (torch.bfloat16, torch.float64)
    assert (coarse.float() - single).abs().max() < 0.1
    assert (fine.float() - single).abs().max() < 1e-5


@pytest.mark.parametrize(
    ("patches", "message"),
    [
        (
            torch.zeros(3, 2, 4, 10),
            r"windows of shape \[3, 2, 4, 10\]: this model takes \[batch, 3 bands, 2 chan",
        ),
        (torch.zeros(1, 3, 2, 4, 10, dtype=torch.int16), r"windows of torch\.int16: this model takes torch\.float32"),
        (torch.zeros(1, 3, 2, 4, 10).double(), r"convert them with \.to\(torch\.float32\)"),
    ],
)
def test_windows_of_another_shape_or_type_are_refused_in_one_line(patches, message):
    with pytest.raises(ModelError, match=message) as error:
        encoder(SMALL)(patches)
    assert "\n" not in str(error.value)
