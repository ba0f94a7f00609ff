"""Pretraining: it learns, it can be cut off anywhere, spread over processes, and refuses what cannot be."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from earloop.model import tensor_file
from earloop.model.config import MIXERS, Machines, ModelError, PretrainConfig
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_checkpoint
from earloop.model.pretraining.objectives import OBJECTIVES
from earloop.model.pretraining.trainer import LOGS_NAME, model_config, pretrain
from earloop.system.whole import hold
from tests.model.pretraining.made import FORMAT, SMALL, tone_stream
from tests.model.pretraining.processes import kill_after, run_in_two

CPU = Machines(accelerator="cpu")
SHORT = PretrainConfig(steps=6, batch=4)
CUT = PretrainConfig(steps=12, batch=2)


def train(out, config=SHORT, model=SMALL, streams=None, **more):
    return pretrain(streams or (tone_stream(),), out, config, model, **{"machines": CPU} | more)


def stop_after(steps):
    seen = []
    return lambda loss: seen.append(loss) or len(seen) < steps


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of `CUT` that nothing interrupted: its checkpoint, and what stands in it."""
    out = tmp_path_factory.mktemp("whole")
    return out / CHECKPOINT_NAME, train(out, CUT)


def assert_same_run(path, whole):
    info, tensors = load_checkpoint(path)
    assert info.losses == whole[1].losses
    for name, tensor in load_checkpoint(whole[0])[1].items():
        assert torch.equal(tensor, tensors[name]), name


@pytest.mark.parametrize("mixer", MIXERS)
def test_the_loss_falls_with_every_mixer(tmp_path, mixer):
    config = PretrainConfig(steps=50, batch=4, learning_rate=5e-3)
    losses = train(tmp_path, config, replace(SMALL, mixer=mixer)).losses
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_an_interrupted_run_goes_through_the_same_losses(whole, tmp_path):
    train(tmp_path, CUT, advance=stop_after(5))
    assert len(load_checkpoint(tmp_path / CHECKPOINT_NAME)[0].losses) == 5
    train(tmp_path, CUT, resume=True)
    assert_same_run(tmp_path / CHECKPOINT_NAME, whole)


def test_a_killed_run_goes_through_the_same_losses(whole, tmp_path):
    kill_after(7, tmp_path, CUT, replace(CPU, save_every=3))
    assert len(load_checkpoint(tmp_path / CHECKPOINT_NAME)[0].losses) in (6, 9, 12)
    train(tmp_path, CUT, resume=True)
    assert_same_run(tmp_path / CHECKPOINT_NAME, whole)


def test_a_kill_while_a_checkpoint_is_written_leaves_the_one_before(whole, tmp_path, monkeypatch):
    writes = []

    def cut_short(tensors, path, metadata):
        writes.append(path)
        save(tensors, path, metadata)
        if len(writes) == 2:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            raise KeyboardInterrupt

    save = tensor_file.save_file
    monkeypatch.setattr(tensor_file, "save_file", cut_short)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, CUT, machines=replace(CPU, save_every=4))
    assert load_checkpoint(tmp_path / CHECKPOINT_NAME)[0].losses == whole[1].losses[:4]
    train(tmp_path, CUT, resume=True)
    assert_same_run(tmp_path / CHECKPOINT_NAME, whole)


def test_a_checkpoint_is_replaced_only_when_asked(whole, tmp_path):
    train(tmp_path, CUT, advance=stop_after(5))
    before = (tmp_path / CHECKPOINT_NAME).read_bytes()
    with pytest.raises(ModelError, match="--resume continues it, --overwrite replaces it"):
        train(tmp_path, CUT)
    assert (tmp_path / CHECKPOINT_NAME).read_bytes() == before
    train(tmp_path, CUT, overwrite=True)
    assert_same_run(tmp_path / CHECKPOINT_NAME, whole)


def test_one_process_at_a_time_trains_into_a_folder(tmp_path):
    with hold(tmp_path), pytest.raises(ModelError, match="another process is writing it"):
        train(tmp_path, CUT)
    assert not (tmp_path / CHECKPOINT_NAME).exists()


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_two_processes_go_through_the_losses_of_one_and_either_resumes_the_other(whole, tmp_path, strategy):
    config = replace(CUT, accumulate=1)
    train(tmp_path, config, advance=stop_after(5))
    losses = run_in_two(tmp_path, config, strategy, resume=True)
    assert losses[0] == losses[1]
    np.testing.assert_allclose(losses[0], whole[1].losses, rtol=1e-4)
    assert train(tmp_path, config, resume=True).losses == losses[0]


def test_a_batch_in_parts_is_the_same_batch(tmp_path):
    once, parts = (train(tmp_path / str(n), replace(SHORT, accumulate=n)).losses for n in (1, 4))
    np.testing.assert_allclose(parts, once, rtol=1e-4)


@pytest.mark.parametrize("threads", [2, 3])
def test_the_losses_and_weights_are_the_same_to_the_bit_for_any_number_of_threads(tmp_path, threads):
    config = replace(SHORT, batch=6)
    found = [train(tmp_path / str(n), config, machines=Machines(threads=n)) for n in (1, threads)]
    assert found[0].losses == found[1].losses
    one, other = (load_checkpoint(tmp_path / str(n) / CHECKPOINT_NAME)[1] for n in (1, threads))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_half_precision_learns_much_the_same(tmp_path):
    fine = train(tmp_path / "fine").losses
    coarse = train(tmp_path / "coarse", machines=replace(CPU, precision="bf16-mixed")).losses
    assert coarse != fine
    np.testing.assert_allclose(coarse, fine, rtol=0.03)


def test_people_held_out_are_never_learned_from_and_their_loss_is_reported(tmp_path):
    people = tuple(tone_stream(seed=i, name=f"r{i}", subject=f"s{i}") for i in range(4))
    info = train(tmp_path, replace(SHORT, validate_every=2), streams=people)
    assert len(info.held_out) == 1
    assert [steps for steps, _ in info.validation] == [0, 2, 4, 6]
    learned = tuple(stream for stream in people if stream.name not in info.held_out)
    assert train(tmp_path / "alone", replace(SHORT, validation_share=0.0), streams=learned).losses == info.losses


def test_the_held_out_loss_is_that_of_the_same_windows_each_time(tmp_path):
    people = tuple(tone_stream(seed=i, name=f"r{i}", subject=f"s{i}") for i in range(2))
    frozen = replace(SHORT, learning_rate=1e-30, validate_every=1)
    info = train(tmp_path, frozen, streams=people)
    assert len({loss for _, loss in info.validation}) == 1


def test_tensorboard_shows_the_six_losses_by_name_their_sum_the_rate_and_the_gradient(tmp_path):
    people = tuple(tone_stream(seed=i, name=f"r{i}", subject=f"s{i}") for i in range(2))
    info = train(tmp_path, replace(SHORT, validate_every=3), streams=people)
    events = EventAccumulator(str(tmp_path / LOGS_NAME))
    events.Reload()
    drawn = {tag: [event.value for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    assert set(drawn) == {f"train/{name}" for name in (*OBJECTIVES, "loss", "learning_rate", "gradient_norm")} | {
        f"validation/{name}" for name in (*OBJECTIVES, "loss")
    }
    np.testing.assert_allclose(drawn["train/loss"], info.losses, rtol=1e-6)
    np.testing.assert_allclose(sum(np.array(drawn[f"train/{n}"]) for n in OBJECTIVES), info.losses, rtol=1e-6)
    np.testing.assert_allclose(drawn["validation/loss"], [loss for _, loss in info.validation], rtol=1e-6)
    assert min(drawn["train/gradient_norm"]) > 0


def test_the_rate_warms_up_in_a_line_and_falls_by_half_a_cosine_to_a_tenth(tmp_path):
    config = PretrainConfig(steps=104, batch=1, warmup_steps=4, learning_rate=1e-3)
    train(tmp_path, config, machines=CPU)
    events = EventAccumulator(str(tmp_path / LOGS_NAME))
    events.Reload()
    rates = [event.value for event in events.Scalars("train/learning_rate")]
    np.testing.assert_allclose(rates[:5], [2.5e-4, 5e-4, 7.5e-4, 1e-3, 1e-3], rtol=1e-6)
    np.testing.assert_allclose(rates[54], 0.55e-3, rtol=1e-6)
    np.testing.assert_allclose(rates[-1], 1e-4, rtol=1e-2)


def test_weights_decay_in_matrices_only(tmp_path):
    """With a learning rate times decay of 1 and a gradient that is clipped to nothing, what decays is gone at once."""
    config = PretrainConfig(steps=1, batch=2, warmup_steps=0, learning_rate=1e-6, weight_decay=1e6, clip_norm=1e-30)
    train(tmp_path, config)
    _, tensors = load_checkpoint(tmp_path / CHECKPOINT_NAME, "model.encoder.")
    found = {name.removeprefix("model.encoder."): float(tensor.abs().max()) for name, tensor in tensors.items()}
    before = {name: float(tensor.abs().max()) for name, tensor in Encoder(SMALL).state_dict().items()}
    gone = {name for name, size in found.items() if size < 1e-4 < before[name]}
    maps = {f"blocks.0.{way}.{p}_proj.weight" for way in ("forwards", "backwards") for p in ("in", "x", "dt", "out")}
    assert gone == maps | {"embed.weight"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"streams": (tone_stream(fmt=replace(FORMAT, rate_hz=250.0)),)}, "its rate is 200 Hz, not 250 Hz$"),
        (
            {"model": replace(SMALL, layers=2)},
            "--preset 16 wide, 2 layers, but the run was begun with --preset 16 wide, 1 layers",
        ),
        ({"model": replace(SMALL, mixer="mamba2")}, "--mixer mamba2, but the run was begun with --mixer mamba1"),
        ({"model": replace(SMALL, d_state=8)}, ": d_state 8, but the run was begun with d_state 4"),
        ({"config": replace(CUT, batch=8)}, "--batch 8, but the run was begun with --batch 2"),
        ({"config": replace(CUT, warmup_steps=3)}, ": warmup_steps 3, but the run was begun with warmup_steps 10"),
        (
            {"config": replace(CUT, weights=(2.0,) * 6)},
            "weights 2, 2, 2, 2, 2, 2, but the run was begun with weights 1",
        ),
        ({"config": replace(CUT, steps=11)}, "--steps 11, but .* --steps 12; a run can only be lengthened"),
        ({"config": replace(CUT, legs=(3,))}, ": legs 3, but the run was begun with legs none"),
        ({"corpus": "a" * 64}, "--corpus of the plan aaaaaaaaaaaa, but the run was begun with --recording$"),
        ({"streams": (tone_stream(name="b"),)}, "recordings learned from are not .*: b of 400 ticks, not made of 400"),
        (
            {"streams": (tone_stream(ticks=300),)},
            "recordings learned from are not .*: made of 300 ticks, not made of 4",
        ),
    ],
)
def test_resuming_what_was_made_otherwise_is_refused(whole, changed, said):
    with pytest.raises(ModelError, match=said):
        train(whole[0].parent, **{"config": CUT, "resume": True} | changed)


def test_a_diverging_run_stops_and_its_last_checkpoint_stands(tmp_path):
    config = replace(SHORT, learning_rate=1e30, warmup_steps=0)
    with pytest.raises(ModelError, match=r"step \d: the loss is .*; a lower learning rate may help") as stop:
        train(tmp_path, config, machines=replace(CPU, save_every=1))
    step = int(str(stop.value).split(":")[0].removeprefix("step "))
    info, _ = load_checkpoint(tmp_path / CHECKPOINT_NAME)
    assert len(info.losses) == step
    assert all(math.isfinite(loss) for loss in info.losses)


def test_a_token_that_is_not_finite_is_named_with_its_step_and_recording(tmp_path):
    good, bad = tone_stream(name="good", dtype=np.float32), tone_stream(name="bad", dtype=np.float32)
    bad.samples[200:, 1, 2] = np.nan
    config = replace(SHORT, validation_share=0.0)
    with pytest.raises(
        ModelError,
        match=r"step \d: bad: the token at tick [23]\d\d of T8 fast is not finite; the last checkpoint is still valid",
    ):
        train(tmp_path, config, streams=(good, bad), scale=np.ones(3, np.float32))


@pytest.mark.parametrize(
    ("config", "machines", "said"),
    [
        (
            replace(SHORT, batch=5),
            Machines(devices=2),
            "a batch of 5 windows .* 2 processes .*: wanted a multiple of 2",
        ),
        (SHORT, Machines(accelerator="tpu"), "^accelerator tpu, devices 1, nodes 1, strategy auto, .*: "),
        (replace(SHORT, weights=(1.0,)), CPU, "1 weights are given: wanted 6"),
        (replace(SHORT, mask_ratio=1.0), CPU, "mask_ratio = 1 hides all"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(tmp_path, config, machines, said):
    with pytest.raises(ModelError, match=said) as refusal:
        train(tmp_path, config, machines=machines)
    assert "\n" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"steps": 0}, "steps = 0: must be 1 or more"),
        ({"learning_rate": -1.0}, "learning_rate = -1.0: must be positive"),
        ({"validation_share": 1.0}, "validation_share = 1.0: must be 0 or more and less than 1"),
        ({"mask_weights": (0.0,) * 4}, "mask_weights .*: wanted one weight for each of random, block, band, channel"),
    ],
)
def test_settings_that_make_no_sense_are_refused(choice, said):
    with pytest.raises(ModelError, match=said):
        PretrainConfig(**choice)


def test_a_model_is_made_for_its_design(design):
    config = model_config(design, "nano", mixer="mamba2", causal=True)
    assert (config.channels, config.bands, config.patches, config.patch) == (4, 12, 16, 50)
    assert (config.mixer, config.causal, config.order) == ("mamba2", True, "time_first")
    with pytest.raises(ModelError, match="preset 'huge' is not known; valid: nano, tiny, base"):
        model_config(design, "huge")
