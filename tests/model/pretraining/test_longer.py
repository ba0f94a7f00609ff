"""Runs that are lengthened, stop early, are scored while they learn, or begin with the weights of another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from earloop.model.config import Machines, MisfitError, ModelError, PretrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import (
    BEST_NAME,
    CHECKPOINT_NAME,
    load_checkpoint,
    load_encoder,
    load_info,
    save_checkpoint,
    weights_hash,
)
from earloop.model.pretraining.start import start_from
from earloop.model.pretraining.trainer import pretrain
from earloop.model.tokens.token_stream import TokenFormat
from earloop.spec.design import parse_design
from earloop.spec.variants import vary_reference
from tests.model.pretraining.made import FORMAT, SMALL, tone_stream
from tests.model.pretraining.processes import kill_after

CPU = Machines(accelerator="cpu")
CUT = PretrainConfig(steps=6, batch=2, warmup_steps=2)
PEOPLE = tuple(tone_stream(seed=i, name=f"r{i}", subject=f"s{i}") for i in range(3))
# A rate so high that the held-out loss soon rises.
WILD = PretrainConfig(steps=40, batch=2, warmup_steps=2, learning_rate=0.2, validate_every=2, patience=3)


def train(out, config=CUT, model=SMALL, streams=None, **more):
    return pretrain(streams or (tone_stream(),), out, config, model, **{"machines": CPU} | more)


def stop_after(steps):
    seen = []
    return lambda loss: seen.append(loss) or len(seen) < steps


def assert_same_bytes(a, b):
    assert (a / CHECKPOINT_NAME).read_bytes() == (b / CHECKPOINT_NAME).read_bytes()


@pytest.fixture(scope="module")
def lengthened(tmp_path_factory):
    """The folder of an uninterrupted run of two legs."""
    out = tmp_path_factory.mktemp("two legs")
    train(out, replace(CUT, steps=10, legs=(6,)))
    return out


def test_a_finished_run_with_more_steps_is_the_run_of_two_legs(lengthened, tmp_path):
    train(tmp_path)
    train(tmp_path, replace(CUT, steps=10), resume=True)
    assert_same_bytes(tmp_path, lengthened)


@pytest.mark.parametrize("first", [2, 4])
def test_where_a_run_was_interrupted_before_it_was_lengthened_makes_no_difference(lengthened, tmp_path, first):
    train(tmp_path, advance=stop_after(first))
    train(tmp_path, replace(CUT, steps=10), resume=True, advance=stop_after(8 - first))
    assert len(load_info(tmp_path).losses) == 8
    train(tmp_path, replace(CUT, steps=10), resume=True)
    assert_same_bytes(tmp_path, lengthened)


def test_a_run_with_patience_stops_and_keeps_the_best_encoder(tmp_path):
    info = train(tmp_path, WILD, streams=PEOPLE)
    losses = [loss for _, loss in info.validation]
    assert info.out_of_patience
    assert len(info.losses) < WILD.steps
    assert len(losses) - 1 - int(np.argmin(losses)) == 3
    assert info.best == info.validation[int(np.argmin(losses))]
    best = load_info(tmp_path / BEST_NAME)
    assert (len(best.losses), best.validation[-1]) == (info.best[0], info.best)
    shorter = tmp_path / "shorter"
    train(shorter, WILD, streams=PEOPLE, advance=stop_after(info.best[0]))
    found, wanted = (load_encoder(path)[0].state_dict() for path in (tmp_path / BEST_NAME, shorter))
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in found.items())


def test_an_interrupted_run_keeps_the_counters_of_its_patience(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(whole, WILD, streams=PEOPLE)
    train(parts, WILD, streams=PEOPLE, advance=stop_after(5))
    train(parts, WILD, streams=PEOPLE, resume=True, advance=stop_after(3))
    train(parts, WILD, streams=PEOPLE, resume=True)
    for name in (CHECKPOINT_NAME, BEST_NAME):
        assert (parts / name).read_bytes() == (whole / name).read_bytes()
    before = (parts / CHECKPOINT_NAME).read_bytes()
    train(parts, replace(WILD, steps=80), streams=PEOPLE, resume=True)
    assert (parts / CHECKPOINT_NAME).read_bytes() == before  # out of patience, however many steps


def test_a_kill_between_two_checkpoints_keeps_the_best_of_an_undisturbed_run(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(whole, WILD, streams=PEOPLE)
    kill_after(7, killed, WILD, replace(CPU, save_every=4), PEOPLE)
    train(killed, WILD, streams=PEOPLE, resume=True)
    for name in (CHECKPOINT_NAME, BEST_NAME):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


def test_the_best_checkpoint_cannot_be_resumed(tmp_path):
    train(tmp_path, WILD, streams=PEOPLE)
    (tmp_path / BEST_NAME).replace(tmp_path / CHECKPOINT_NAME)
    with pytest.raises(ModelError, match=r"weights without an optimiser, .*--init begins a new run"):
        train(tmp_path, WILD, streams=PEOPLE, resume=True)


def test_patience_without_people_to_hold_out_is_refused(tmp_path):
    with pytest.raises(ModelError, match="--patience 3 needs recordings that are held out"):
        train(tmp_path, WILD)
    assert not list(tmp_path.iterdir())


def test_a_run_that_replaces_another_removes_its_best_checkpoint(tmp_path):
    train(tmp_path, WILD, streams=PEOPLE)
    train(tmp_path, CUT, overwrite=True)
    assert not (tmp_path / BEST_NAME).exists()


def test_an_encoder_is_scored_at_each_validation_and_the_scores_survive_an_interruption(tmp_path):
    config, seen = replace(CUT, validate_every=2), []

    def watch(encoder: Encoder, scale):
        seen.append({name: tensor.clone() for name, tensor in encoder.state_dict().items()})
        return {"norm": float(encoder.embed.weight.detach().norm()), "scale": float(scale[0])}

    info = train(tmp_path / "whole", config, watch=watch)
    assert [(steps, name) for steps, name, _ in info.scores] == [
        (steps, name) for steps in (0, 2, 4, 6) for name in ("norm", "scale")
    ]
    assert {value for _, name, value in info.scores if name == "scale"} == {float(info.scale[0])}
    encoder = load_encoder(tmp_path / "whole")[0]
    assert all(torch.equal(tensor, seen[-1][name]) for name, tensor in encoder.state_dict().items())
    assert train(tmp_path / "alone", config).losses == info.losses
    train(tmp_path / "parts", config, watch=watch, advance=stop_after(3))
    train(tmp_path / "parts", config, watch=watch, resume=True)
    assert_same_bytes(tmp_path / "parts", tmp_path / "whole")


def test_a_run_begins_with_the_weights_of_another_and_says_which(tmp_path):
    first = train(tmp_path / "first")
    start = start_from(tmp_path / "first", FORMAT, SMALL.patches)
    other = tone_stream(seed=5, name="own")
    frozen = replace(CUT, learning_rate=1e-30, weight_decay=0.0)
    loud = replace(other, samples=other.samples * 3)
    info = train(tmp_path / "second", frozen, streams=(loud,), start=start)
    found, wanted = (load_encoder(tmp_path / name)[0].state_dict() for name in ("second", "first"))
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in found.items())
    tensors = load_checkpoint(tmp_path / "first")[1]
    assert (info.origin.path, info.origin.steps) == (str(tmp_path / "first"), len(first.losses))
    assert weights_hash(tensors).startswith(info.origin.weights)
    assert len(info.origin.weights) == 12
    np.testing.assert_allclose(info.scale, 3 * train(tmp_path / "third", streams=(other,)).scale, rtol=1e-5)
    resumed = train(tmp_path / "second", replace(frozen, steps=8), streams=(loud,), resume=True)
    assert (resumed.origin, len(resumed.losses)) == (info.origin, 8)


EAR = vary_reference(
    bands=("eeg_delta", "eeg_theta"), electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]}
)


def checkpoint_of(design, path, model=None):
    """A checkpoint for a design's tokens, of `SMALL`'s size."""
    format = TokenFormat.of(design)
    shape = replace(
        SMALL,
        channels=len(format.channels),
        bands=len(format.bands),
        patch=format.patch,
        patches=EAR.tokens.window_patches,
    )
    out = path.parent / "made"
    info = replace(train(out, streams=(tone_stream(ticks=2000, fmt=format),), model=shape), format=format)
    save_checkpoint(path, info, load_checkpoint(out)[1])
    return path


@pytest.fixture(scope="module")
def of_ear(tmp_path_factory):
    return checkpoint_of(EAR, tmp_path_factory.mktemp("ear") / "a.safetensors")


def varied(**changes):
    """The ear's design with other values below a key, as `notch={"mains_hz": 60}`."""
    facts = EAR.model_dump(mode="json")
    return parse_design({**facts, **{key: facts[key] | values for key, values in changes.items()}})


def of_bands(*bands):
    """The ear's design with other bands, each as its name and its limits in Hz."""
    facts = EAR.model_dump(mode="json")
    named = [{**facts["bands"][0], "name": name, "low_hz": low, "high_hz": high} for name, low, high in bands]
    return parse_design({**facts, "bands": named})


def begin(path, design, **options):
    return start_from(path, TokenFormat.of(design), design.tokens.window_patches, **options)


def test_a_design_of_other_keys_is_begun_with_and_told(of_ear):
    assert begin(of_ear, EAR).notes == ()
    assert begin(of_ear, varied(notch={"mains_hz": 60}, converter={"gain": 24})).notes == (
        "the design of the checkpoint is another: its converter.gain is 12, not 24; notch.mains_hz is 50, not 60",
    )


def test_electrodes_of_other_names_need_to_be_allowed_and_are_told(of_ear):
    other = varied(electrodes={"left": ["EarL"], "right": ["EarR"]})
    with pytest.raises(MisfitError, match=r"are T7, T8, not EarL, EarR .*; --other-electrodes begins with"):
        begin(of_ear, other)
    assert begin(of_ear, other, other_electrodes=True).notes == (
        "electrodes: EarL in the place of T7, EarR in the place of T8",
    )


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (varied(electrodes={"left": ["T7", "T9"]}), r"its channels are T7, T8, not T7, T9, T8 \(T9 is missing\)$"),
        (varied(tokens={"patch": 25}), "its patch is 50 samples, not 25 samples$"),
        (varied(tokens={"window_patches": 8}), "its windows have 16 patches, not 8$"),
        (varied(converter={"rate_hz": 2000}), "its rate is 200 Hz, not 400 Hz$"),
        (
            EAR.model_copy(update={"bands": EAR.bands[::-1]}),
            r"its bands are eeg_delta, eeg_theta, not eeg_theta, eeg_d",
        ),
        (
            EAR.model_copy(update={"bands": (EAR.bands[0], EAR.bands[1].model_copy(update={"high_hz": 9.0}))}),
            r"its bands\[1\]\.high_hz is 8\.0, not 9\.0$",
        ),
    ],
)
def test_tokens_of_another_shape_bands_or_rate_are_refused_whatever_is_allowed(of_ear, design, said):
    with pytest.raises(MisfitError, match=said):
        begin(of_ear, design, other_electrodes=True)


def test_a_model_of_another_shape_than_the_weights_is_refused(tmp_path):
    train(tmp_path / "first")
    start = start_from(tmp_path / "first", FORMAT, SMALL.patches)
    with pytest.raises(ModelError, match="--mixer mamba2, but the checkpoint was made with --mixer mamba1"):
        train(tmp_path / "second", model=replace(SMALL, mixer="mamba2"), start=start)
