"""The curves of runs that were interrupted, killed or replaced, as TensorBoard reads them."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tb_logging

from earloop.model.config import Machines, PretrainConfig
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME
from earloop.model.pretraining.trainer import LOGS_NAME, pretrain
from tests.model.pretraining.made import SMALL, tone_stream
from tests.model.pretraining.processes import kill_after

CPU = Machines(accelerator="cpu")
CUT = PretrainConfig(steps=12, batch=2, validate_every=3)
PEOPLE = tuple(tone_stream(seed=i, name=f"r{i}", subject=f"s{i}") for i in range(2))
READERS = {"by itself": event_accumulator, "of the server": plugin_event_accumulator}


def train(out, config=CUT, **more):
    return pretrain(PEOPLE, out, config, SMALL, machines=CPU, watch=lambda encoder, scale: {"a score": 0.5}, **more)


def stop_after(steps):
    seen = []
    return lambda loss: seen.append(loss) or len(seen) < steps


@pytest.fixture(params=READERS)
def shown(request, caplog):
    """Reads a run's curves as TensorBoard does, without a warning: steps and values by tag."""

    def read(out):
        logger = tb_logging.get_logger()
        logger.addHandler(caplog.handler)
        try:
            found = READERS[request.param].EventAccumulator(str(out / LOGS_NAME))
            found.Reload()
        finally:
            logger.removeHandler(caplog.handler)
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
        tags = found.Tags()
        if request.param == "by itself":
            points = {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in tags["scalars"]}
        else:
            tensors = {tag: found.Tensors(tag) for tag in tags["tensors"]}
            points = {tag: [(e.step, e.tensor_proto.float_val[0]) for e in events] for tag, events in tensors.items()}
        return {tag: sorted(of_tag) for tag, of_tag in points.items()}  # two runs within a second are read in any order

    return read


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    train(out)
    return out


def test_an_undisturbed_run_shows_each_step_and_each_validation_once(whole, shown):
    drawn = shown(whole)
    assert [step for step, _ in drawn["train/loss"]] == list(range(12))
    assert [step for step, _ in drawn["validation/loss"]] == [0, 3, 6, 9, 12]
    assert drawn["probe/a_score"] == [(step, 0.5) for step in (0, 3, 6, 9, 12)]


@pytest.mark.parametrize("first", [5, 6])
def test_an_interrupted_run_shows_the_points_of_an_undisturbed_one(whole, tmp_path, shown, first):
    """After 6 steps the checkpoint and a validation have the same step."""
    train(tmp_path, advance=stop_after(first))
    train(tmp_path, resume=True)
    assert shown(tmp_path) == shown(whole)


def test_a_killed_run_shows_them_too(whole, tmp_path, shown):
    kill_after(8, tmp_path, CUT, replace(CPU, save_every=3), PEOPLE)
    train(tmp_path, resume=True)
    wanted = shown(whole)
    found = shown(tmp_path)
    assert found.pop("probe/a_score")[-1] == wanted.pop("probe/a_score")[-1]  # the killed run was not scored
    assert found == wanted


def test_a_point_cut_by_a_kill_is_written_again(whole, tmp_path, shown):
    train(tmp_path, advance=stop_after(6))
    (events,) = (tmp_path / LOGS_NAME).iterdir()
    content = events.read_bytes()
    events.write_bytes(content + content[-100:-60])
    train(tmp_path, resume=True)
    assert events.read_bytes() == content
    assert shown(tmp_path) == shown(whole)


def test_a_run_that_replaces_another_shows_its_own_points_alone_and_leaves_other_files(whole, tmp_path, shown):
    train(tmp_path, replace(CUT, seed=2))
    others = tmp_path / LOGS_NAME / "notes.txt"
    others.write_text("mine")
    train(tmp_path, overwrite=True)
    assert shown(tmp_path) == shown(whole)
    assert others.read_text() == "mine"


def test_a_run_whose_predecessor_was_killed_before_its_first_checkpoint_shows_its_own_points_alone(
    whole, tmp_path, shown
):
    kill_after(2, tmp_path, replace(CUT, seed=2), CPU, PEOPLE)
    assert not (tmp_path / CHECKPOINT_NAME).exists()
    train(tmp_path)
    assert shown(tmp_path) == shown(whole)


def test_the_points_of_a_checkpoint_are_on_the_disk_before_it(tmp_path, shown):
    kill_after(7, tmp_path, CUT, replace(CPU, save_every=3), PEOPLE)
    assert [step for step, _ in shown(tmp_path)["train/loss"]][:6] == list(range(6))
