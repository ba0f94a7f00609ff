"""What a device's tokens do to an encoder: measured beside the float path's, and held to a limit where there is one."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.reports.summary import write_report
from earloop.model.config import ModelConfig, ModelError
from earloop.model.export.embed import embed
from earloop.model.export.embedder import Embedder
from earloop.model.network.encoder import Encoder
from earloop.model.tokens.token_stream import TokenFormat
from earloop.model.tokens.tokenize import tokenize
from tests.hil.conftest import AlteredDevice

CONFIG = ModelConfig(channels=4, bands=12, patches=8, patch=50, d_model=16, layers=1, d_state=4)
WORST = 2  # window of 8 patches, that begins at 4 s


@pytest.fixture(scope="module")
def embedder(design):
    torch.manual_seed(0)
    return Embedder.of(Encoder(CONFIG), TokenFormat.of(design), np.full(12, 100.0, np.float32))


@pytest.fixture(scope="module")
def golden(fixed, codes_10s, embedder):
    return judge(GoldenDevice(fixed), codes_10s, fixed, embedder=embedder)


@pytest.fixture(scope="module")
def inverted(fixed):
    def alter(run):
        run.tokens[8 * WORST + 2 : 8 * WORST + 6] *= -1
        return run

    return AlteredDevice(fixed, alter)


def test_the_cosine_is_that_of_the_embeddings_of_both_paths(golden, embedder, design, codes_10s):
    streams = [tokenize(codes_10s, design, source=source, name="a") for source in ("golden", "float")]
    windows = [
        np.stack([stream.window(start, 8) for start in range(0, 2000, 400)]).astype(np.float32) for stream in streams
    ]
    with torch.inference_mode():
        a, b = (embedder(torch.from_numpy(each)).mean(dim=(1, 2, 3)) for each in windows)
    wanted = torch.nn.functional.cosine_similarity(a.double(), b.double())
    np.testing.assert_allclose(golden.embeddings.cosine, wanted, atol=1e-6)
    assert golden.embeddings.start_s.tolist() == [0, 2, 4, 6, 8]
    assert embed(embedder, streams[0]).values.shape == (5, 16)


def test_fixed_point_hardly_matters_and_the_verdict_is_what_it_was(golden):
    assert golden.passed
    assert golden.embeddings.cosine.min() > 0.999


def test_the_window_that_a_fault_is_in_is_the_worst(fixed, codes_10s, embedder, inverted, golden):
    verdict = judge(inverted, codes_10s, fixed, embedder=embedder)
    assert verdict.embeddings.worst == WORST
    others = np.arange(5) != WORST
    np.testing.assert_allclose(verdict.embeddings.cosine[others], golden.embeddings.cosine[others])
    assert verdict.embeddings.cosine[WORST] < golden.embeddings.cosine[WORST]


def test_a_limit_on_the_cosine_fails_and_says_where(fixed, codes_10s, embedder, inverted, tmp_path):
    lenient = Tolerances(mismatches=10**6, min_cosine=0.9999)
    verdict = judge(inverted, codes_10s, fixed, tolerances=lenient, embedder=embedder)
    (reason,) = verdict.reasons
    assert reason.startswith("embeddings of 1 of 5 windows are too far from the float path's; the worst, from 4 s,")
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    embeddings = json.loads((tmp_path / "out" / "summary.json").read_text())["embeddings"]
    assert (embeddings["windows"], embeddings["window_s"], embeddings["worst_window_s"]) == (5, 2.0, 4.0)
    assert embeddings["cosine"]["min"] == verdict.embeddings.cosine.min()
    assert "Effect on the model" in (tmp_path / "out" / "report.html").read_text()


def test_an_encoder_of_another_design_is_refused(fixed, codes_10s, design):
    other = TokenFormat(
        design_hash="ab" * 32, channels=design.channels, bands=design.band_names, rate_hz=200.0, patch=50
    )
    embedder = Embedder.of(Encoder(CONFIG), other, np.ones(12, np.float32))
    with pytest.raises(ModelError, match=r"^tokens of the device: its design is another: \w{12}, not abababababab$"):
        judge(GoldenDevice(fixed), codes_10s, fixed, embedder=embedder)
