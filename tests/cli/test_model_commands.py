"""`earloop pretrain --corpus`, `embed`, `export`, `experiment`: what they leave, and what they refuse."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest

from earloop.cli.main import main
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_encoder
from earloop.model.tokens.corpus_tokens import corpus_tokens
from earloop.recordings import write_session
from earloop.sim import convert
from earloop.sim.corpus import generate, plan_corpus
from earloop.spec.design import DEFAULT_DESIGN_PATH
from earloop.synth_data import load_scenario, synthesise


@pytest.fixture(scope="module")
def corpus(design, tmp_path_factory):
    plan = plan_corpus(design, load_scenario("free-living"), hours=40 / 3600, subjects=2, longest_s=20)
    return generate(plan, tmp_path_factory.mktemp("model") / "a.zarr").path


@pytest.fixture(scope="module")
def checkpoint(corpus):
    """Of one step."""
    out = corpus.parent / "run"
    with pytest.raises(SystemExit) as ended:
        main(
            ["pretrain", "--corpus", str(corpus), "--preset", "nano", "--steps", "1", "--batch", "1", "--out", str(out)]
        )
    assert not ended.value.code
    return out / CHECKPOINT_NAME


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another design."""
    path = tmp_path_factory.mktemp("design") / "other.toml"
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    path.write_text(text.replace("gain = 12", "gain = 24"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def in_uv(design, tmp_path_factory):
    """A recording that goes through any converter."""
    path = tmp_path_factory.mktemp("session") / "uv.zarr"
    write_session(synthesise(design, duration_s=10.0, seed=2).recording, path)
    return path


@pytest.fixture(scope="module")
def session(design, tmp_path_factory):
    path = tmp_path_factory.mktemp("session") / "s.zarr"
    write_session(convert(synthesise(design, duration_s=10.0, seed=2), design, seed=2), path)
    return path


def test_a_checkpoint_names_the_corpus_that_it_learned_from(checkpoint, corpus, design):
    _, info = load_encoder(checkpoint)
    assert info.corpus == corpus_tokens(corpus).corpus_id
    assert info.format.design_hash == design.design_hash
    assert len(info.held_out) == 1  # of two people


def test_a_recording_is_embedded_window_by_window(earloop, checkpoint, session, tmp_path):
    out = tmp_path / "e.npz"
    ended = earloop("embed", session, "--checkpoint", checkpoint, "--hop", 1.0, "--out", out)
    assert ended.status == 0, ended.err
    with np.load(out) as file:
        assert file["values"].shape == (7, 32)  # windows of 4 s each second of 10 s
        np.testing.assert_allclose(file["start_s"], np.arange(7.0))
        assert file["window_s"] == 4.0
    assert "7 windows of 4 s" in ended.out


def test_a_checkpoint_is_exported_for_other_runtimes(earloop, checkpoint, tmp_path):
    ended = earloop("export", checkpoint, "--onnx", tmp_path / "a.onnx", "--hub", tmp_path / "hub")
    assert ended.status == 0, ended.err
    graph = onnx.load(tmp_path / "a.onnx").graph
    assert [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim][1:] == [12, 4, 16, 50]
    assert {path.name for path in (tmp_path / "hub").iterdir()} >= {"config.json", "model.safetensors"}


def test_an_experiment_leaves_its_table_figure_and_numbers(earloop, tmp_path):
    options = ("--budget", "smoke", "--work", tmp_path / "work", "--out", tmp_path / "out")
    ended = earloop("experiment", "crossuser", *options, "--seed", 3)
    assert ended.status == 0, ended.err
    assert ended.out.startswith("| task | model | learned from |")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"crossuser.{kind}" for kind in ("md", "png", "json")
    }
    facts = json.loads((tmp_path / "out" / "crossuser.json").read_text(encoding="utf-8"))
    assert facts["command"] == "earloop experiment crossuser --budget smoke --seed 3"
    assert len(facts["rows"]) == 2 * 3 * 3  # tasks, models, whom they learned from


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("embed {in_uv} --checkpoint {tmp}/none --out {tmp}/e.npz", "not a readable checkpoint"),
        ("embed {in_uv} --checkpoint {checkpoint} --out {tmp}/e.csv", "written as *.npz"),
        ("embed {in_uv} --checkpoint {checkpoint} --hop 0 --out {tmp}/e.npz", "shorter than a sample"),
        (
            "embed {in_uv} --checkpoint {checkpoint} --design {other} --out {tmp}/e.npz",
            "design is another: converter.gain is 24, not 12",
        ),
        (
            "embed {in_uv} --stream EEG --checkpoint {checkpoint} --out {tmp}/e.npz",
            "stream EEG: only an XDF file holds streams",
        ),
        ("pretrain --recording {in_uv} --stream EEG --out {tmp}/x", "stream EEG: only an XDF file holds streams"),
        ("sim view {in_uv} --stream EEG --out {tmp}/v.png", "stream EEG: only an XDF file holds streams"),
        ("export {checkpoint}", "nothing to write"),
        ("export {checkpoint} --onnx {tmp}/a.txt", "ends in .onnx"),
        ("pretrain --out {tmp}/x", "give either --corpus or --recording"),
        ("pretrain --corpus {tmp}/none --out {tmp}/x", "not a corpus"),
        ("pretrain --corpus {corpus} --design {other} --out {tmp}/x", "made for design"),
    ],
)
def test_what_does_not_fit_is_one_line(refused, corpus, checkpoint, in_uv, other, tmp_path, arguments, says):
    names = {"corpus": corpus, "checkpoint": checkpoint, "in_uv": in_uv, "other": other, "tmp": tmp_path}
    assert says in refused(*(argument.format(**names) for argument in arguments.split()))
