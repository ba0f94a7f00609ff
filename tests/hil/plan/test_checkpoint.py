"""A plan whose design has an encoder: every case says what it makes of the tokens, and may be held to a limit."""

from __future__ import annotations

import json
from contextlib import nullcontext

import numpy as np
import pytest
import torch

from earloop.hil.plan.plan import PlanError, load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.model.config import ModelConfig
from earloop.model.pretraining.checkpoint import CheckpointInfo, save_checkpoint
from earloop.model.pretraining.objectives import PiMT
from earloop.model.pretraining.trainer import PretrainConfig
from earloop.model.tokens.token_stream import TokenFormat

CONFIG = ModelConfig(channels=4, bands=12, patches=8, patch=50, d_model=16, layers=1, d_state=4)
PLAN = """
[recordings.made]
scenario = "short-session"
seconds = 10.0
[devices.model]
kind = "golden"
[designs.reference]
{checkpoint}
[tolerances.same]
min_cosine = {cosine}
"""


@pytest.fixture
def plan(tmp_path, design):
    """Writes the plan and its checkpoint; returns the plan's path."""

    def written(cosine, *, seed=0, checkpoint='checkpoint = "a.safetensors"'):
        torch.manual_seed(seed)
        tensors = {f"model.{name}": tensor for name, tensor in PiMT(CONFIG).state_dict().items()}
        scale, training = np.full(12, 100.0, np.float32), PretrainConfig(steps=1)
        info = CheckpointInfo(
            format=TokenFormat.of(design),
            scale=scale,
            model=CONFIG,
            training=training,
            losses=(1.0,),
            validation=((1, 1.0),),
            held_out=(),
            corpus="00ff",
        )
        save_checkpoint(tmp_path / "a.safetensors", info, tensors)
        (tmp_path / "nightly.toml").write_text(PLAN.format(cosine=cosine, checkpoint=checkpoint))
        return tmp_path / "nightly.toml"

    return written


def run(path):
    (outcome,) = run_plan(load_plan(path), path.parent / "out", lambda case, samples: nullcontext(lambda done: None))
    return outcome


def test_a_case_is_held_to_the_cosine_and_run_again_with_another_checkpoint(plan):
    outcome = run(plan(0.9))
    assert (outcome.status, outcome.kept) == (CaseStatus.PASS, False)
    summary = json.loads((plan(0.9).parent / "out" / outcome.case / "summary.json").read_text())
    assert summary["embeddings"]["windows"] == 5
    assert run(plan(0.9)).kept
    assert not run(plan(0.9, seed=1)).kept
    failed = run(plan(1.0))
    assert failed.status is CaseStatus.FAIL
    assert "embeddings of" in failed.reasons[0]


def test_a_limit_without_an_encoder_is_refused(plan):
    with pytest.raises(PlanError, match=r"tolerances\.same\.min_cosine: design reference has no encoder; give designs"):
        load_plan(plan(0.9, checkpoint=""))


def test_a_checkpoint_that_is_not_there_is_refused(plan):
    with pytest.raises(PlanError, match=r"designs\.reference\.checkpoint = 'b\.safetensors': does not exist"):
        load_plan(plan(0.9, checkpoint='checkpoint = "b.safetensors"'))
