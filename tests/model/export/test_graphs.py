"""The embedder in other runtimes, and as a folder of a hub: the same features."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from earloop.model.export.embedder import Embedder
from earloop.model.export.graphs import TOLERANCE, write_onnx, write_program
from earloop.model.network.encoder import Encoder
from tests.model.export.conftest import CONFIG, FORMAT, SCALE


@pytest.fixture(scope="module")
def tokens():
    rng = np.random.default_rng(1)
    return np.round(rng.standard_normal((5, 3, 2, 4, 10)) * np.array(SCALE)[:, None, None, None]).astype(np.float32)


@pytest.fixture(scope="module")
def features(embedder, tokens):
    with torch.inference_mode():
        return embedder(torch.from_numpy(tokens)).numpy()


def test_each_band_is_divided_by_its_scale(embedder, tokens, features):
    scaled = torch.from_numpy(tokens / np.array(SCALE, np.float32)[:, None, None, None])
    with torch.inference_mode():
        np.testing.assert_allclose(embedder.encoder(scaled).numpy(), features, rtol=1e-5, atol=1e-6)


def test_onnx_runtime_gives_the_same_features_for_any_number_of_windows(embedder, tokens, features, tmp_path):
    path = tmp_path / "encoder.onnx"
    assert write_onnx(embedder, path) < TOLERANCE
    assert [file.name for file in tmp_path.iterdir()] == ["encoder.onnx"]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for windows in (1, 5):
        (found,) = session.run(["features"], {"tokens": tokens[:windows]})
        np.testing.assert_allclose(found, features[:windows], rtol=1e-4, atol=1e-5)


def test_the_first_axis_of_both_is_called_batch(embedder, tmp_path):
    path = tmp_path / "encoder.onnx"
    write_onnx(embedder, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == ["batch", 3, 2, 4, 10]
    assert session.get_outputs()[0].shape == ["batch", 3, 2, 4, 16]
    onnx.checker.check_model(onnx.load(path), full_check=True)


@pytest.mark.parametrize(
    "choice",
    [{}, {"mixer": "mamba2", "head_dim": 16}, {"mixer": "transformer"}, {"causal": True, "order": "time_first"}],
)
def test_no_windows_give_no_features(choice, tmp_path):
    torch.manual_seed(1)
    other = Embedder.of(Encoder(replace(CONFIG, **choice)), FORMAT, np.array(SCALE, np.float32))
    write_onnx(other, tmp_path / "encoder.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(["features"], {"tokens": np.zeros((0, 3, 2, 4, 10), np.float32)})
    assert (found.shape, found.dtype) == ((0, 3, 2, 4, 16), np.float32)


def test_onnx_keeps_the_scan_as_a_loop_and_says_what_tokens_it_wants(embedder, tmp_path):
    path = tmp_path / "encoder.onnx"
    write_onnx(embedder, path)
    graph = onnx.load(path)
    assert sum(node.op_type == "Scan" for node in graph.graph.node) == 2  # one a direction
    facts = json.loads({entry.key: entry.value for entry in graph.metadata_props}["earloop"])
    assert facts["design_hash"] == FORMAT.design_hash
    assert facts["channels"] == ["T7", "T8"]
    assert facts["patches"] == 4


@pytest.mark.parametrize(
    "choice",
    [{"mixer": "mamba2", "head_dim": 16}, {"mixer": "transformer"}, {"causal": True, "order": "time_first"}],
    ids=lambda choice: next(iter(choice.values())),
)
def test_every_mixer_is_exported_as_it_is_in_pytorch(choice, tmp_path):
    torch.manual_seed(1)
    other = Embedder.of(Encoder(replace(CONFIG, **choice)), FORMAT, np.array(SCALE, np.float32))
    assert write_onnx(other, tmp_path / "encoder.onnx") < TOLERANCE


def test_a_program_gives_the_same_features_for_any_number_of_windows(embedder, tokens, features, tmp_path):
    path = tmp_path / "encoder.pt2"
    write_program(embedder, path)
    program = torch.export.load(path).module()
    for windows in (1, 5):
        found = program(torch.from_numpy(tokens[:windows])).detach().numpy()
        np.testing.assert_allclose(found, features[:windows], rtol=1e-4, atol=1e-5)
