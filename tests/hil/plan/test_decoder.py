"""A plan whose design has a decoder: every case says what it decides, and may be held to a limit."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from earloop.hil.plan.plan import PlanError, load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.model.config import ModelError
from earloop.model.finetuning.decoder_file import save_decoder
from earloop.model.tokens.tokenize import tokenize
from earloop.spec.variants import vary_reference
from earloop.synth_data import synthesise
from tests.model.decoders_made import learned

PLAN = """
[recordings.made]
scenario = "short-session"
seconds = 10.0
[devices.model]
kind = "golden"
[designs.reference]
{decoder}
[tolerances.same]
{limit}
"""


@pytest.fixture(scope="module")
def stream(codes_10s, design):
    return tokenize(codes_10s, design, name="codes.zarr")


@pytest.fixture
def plan(tmp_path, stream):
    """Writes a plan and its decoder; returns the plan's path."""

    def written(limit="max_flipped = 0.0", *, decoder='decoder = "a.safetensors"', **how):
        save_decoder(tmp_path / "a.safetensors", learned(stream, **how))
        (tmp_path / "nightly.toml").write_text(PLAN.format(limit=limit, decoder=decoder))
        return tmp_path / "nightly.toml"

    return written


def run(path):
    (outcome,) = run_plan(load_plan(path), path.parent / "out", lambda case, samples: nullcontext(lambda done: None))
    return outcome


def test_a_case_is_held_to_its_decisions_and_run_again_with_another_decoder(plan):
    outcome = run(plan())
    assert (outcome.status, outcome.kept) == (CaseStatus.PASS, False)
    summary = json.loads((plan().parent / "out" / outcome.case / "summary.json").read_text())
    assert (summary["decisions"]["windows"], summary["decisions"]["flipped"]) == (10, 0)
    assert run(plan()).kept
    assert not run(plan(seed=1)).kept


def test_a_case_fails_by_the_error_of_a_value(plan):
    gaze = {"classes": (), "outputs": ("gaze_x_deg",)}
    assert run(plan("max_value_error = 1.0", **gaze)).status is CaseStatus.PASS
    failed = run(plan("max_value_error = 0.0", **gaze))
    assert failed.status is CaseStatus.FAIL
    assert failed.reasons[0].startswith("greatest error of a value ")


@pytest.mark.parametrize(
    ("limit", "how", "says"),
    [
        (
            "max_flipped = 0.1",
            {"decoder": ""},
            "max_flipped: design reference has no decoder; give designs.reference.d",
        ),
        (
            "max_flipped = 0.1",
            {"classes": (), "outputs": ("gaze_x_deg",)},
            "max_flipped: the decoder of design reference returns values, gaze_x_deg, which cannot flip; give",
        ),
        ("max_value_error = 0.1", {}, "returns classes, calm, busy, and no values; give max_flipped"),
        ("", {"decoder": 'decoder = "b.safetensors"'}, "designs.reference.decoder = 'b.safetensors': does not exist"),
        ("max_flipped = 1.5", {}, "tolerances.same.max_flipped"),
    ],
)
def test_a_limit_that_cannot_be_judged_is_refused(plan, limit, how, says):
    with pytest.raises(PlanError) as refused:
        load_plan(plan(limit, **how))
    assert says in str(refused.value)


def test_a_file_that_is_no_decoder_is_refused_where_a_limit_is_on_it(plan):
    path = plan()
    (path.parent / "a.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="not a readable decoder"):
        load_plan(path)


def test_a_decoder_of_another_design_could_not_be_run(plan):
    path = plan()
    other = vary_reference(electrodes={"left": ["T9"], "right": ["T10"], "reference": ["TP9", "TP10"]})
    uv = synthesise(other, duration_s=10.0, seed=2).recording
    save_decoder(path.parent / "a.safetensors", learned(tokenize(uv, other, name="other")))
    outcome = run(path)
    assert outcome.status is CaseStatus.COULD_NOT_RUN
    assert "its channels are T9, T10, not T7, T9, T8, T10" in outcome.reasons[0]
