"""Windows of a corpus: the right samples and labels, in any process, and never more of the corpus than is asked for."""

from __future__ import annotations

import pickle
import tracemalloc

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from earloop.model.config import ModelError
from earloop.model.tokens.corpus_windows import CorpusWindows
from earloop.recordings import CorpusError, RecordingError
from earloop.spec.design import parse_design
from tests.corpora import noise, tiny_plan, write_tiny


@pytest.fixture(scope="module")
def corpus(design, tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("corpus") / "a.zarr", tiny_plan(design))


def test_each_window_holds_its_samples(corpus, design):
    windows = CorpusWindows(corpus.path, 4.0, 3.0, design)
    assert len(windows) == 4 * 3  # of 12 s: at 0, 3 and 6 s
    for i in range(len(windows)):
        session, start = i // 3, 3000 * (i % 3)
        window = windows[i]
        assert window.signal.dtype == torch.int32
        np.testing.assert_array_equal(window.signal.numpy(), noise(corpus.plan, session)[start : start + 4000].T)
        assert int(window.session) == session


def test_labels_are_the_activities_within_the_window(corpus):
    windows = CorpusWindows(corpus.path, 4.0, 4.0)  # sitting until 8 s, then an odour
    assert windows.activities == ("odour", "sitting")
    assert [windows[i].labels.tolist() for i in range(3)] == [[False, True], [False, True], [True, False]]
    assert CorpusWindows(corpus.path, 6.0, 6.0)[1].labels.tolist() == [True, True]


@pytest.mark.parametrize(("workers", "start"), [(0, None), (2, "fork")])
def test_a_loader_batches_every_window_once(corpus, workers, start):
    windows = CorpusWindows(corpus.path, 4.0, 4.0)
    windows[0]  # a session is open when the workers begin
    loader = DataLoader(windows, batch_size=5, num_workers=workers, multiprocessing_context=start)
    batches = list(loader)
    np.testing.assert_array_equal(torch.cat([b.session for b in batches]).numpy(), np.repeat(np.arange(4), 3))
    wanted = np.stack([noise(corpus.plan, s)[k * 4000 : (k + 1) * 4000].T for s in range(4) for k in range(3)])
    np.testing.assert_array_equal(torch.cat([b.signal for b in batches]).numpy(), wanted)
    assert batches[0].labels.shape == (5, 2)


def test_windows_are_sent_to_a_spawned_worker_without_what_is_open(corpus):
    windows = CorpusWindows(corpus.path, 4.0, 4.0)
    windows[0]
    sent = pickle.dumps(windows)
    assert len(sent) < 100_000
    np.testing.assert_array_equal(pickle.loads(sent)[5].signal.numpy(), windows[5].signal.numpy())


def test_memory_is_that_of_a_few_chunks_however_large_the_corpus(design, tmp_path):
    corpus = write_tiny(tmp_path / "a.zarr", tiny_plan(design, seconds=4 * 300, longest_s=300))
    whole = 4 * noise(corpus.plan, 0).nbytes
    windows = CorpusWindows(corpus.path, 4.0, 2.0)
    windows[0]
    tracemalloc.start()
    for i in range(0, len(windows), 10):
        windows[i]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    chunk = whole / 4 / 30
    assert peak < 8 * chunk < whole / 10


def test_sessions_that_are_not_there_yet_are_left_out(design, tmp_path):
    plan = tiny_plan(design)
    corpus = write_tiny(tmp_path / "a.zarr", plan)
    path = corpus.path_of(plan.sessions[0])
    path.rename(tmp_path / "away.zarr")
    windows = CorpusWindows(corpus.path, 12.0, 12.0)
    assert [int(windows[i].session) for i in range(len(windows))] == [1, 2, 3]


def test_damage_is_named_when_it_is_met(design, tmp_path):
    corpus = write_tiny(tmp_path / "a.zarr", tiny_plan(design))
    shard = corpus.path_of(corpus.plan.sessions[1]) / "data" / "c" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[1000] ^= 1
    shard.write_bytes(content)
    windows = CorpusWindows(corpus.path, 12.0, 12.0)
    windows[0]
    with pytest.raises(RecordingError, match=r"01_001\.zarr: damaged"):
        windows[1]


def test_another_design_is_refused(corpus, design_data):
    design_data["converter"]["gain"] = 24
    with pytest.raises(CorpusError, match=r"converter\.gain is 12, not 24"):
        CorpusWindows(corpus.path, 4.0, 4.0, parse_design(design_data))


@pytest.mark.parametrize(("window_s", "stride_s"), [(13.0, 1.0), (0.0, 1.0), (1.0, 0.0)])
def test_windows_that_cannot_be(corpus, window_s, stride_s):
    with pytest.raises(ModelError, match="window"):
        CorpusWindows(corpus.path, window_s, stride_s)


def test_a_window_beyond_the_last(corpus):
    windows = CorpusWindows(corpus.path, 12.0, 12.0)
    with pytest.raises(IndexError, match="window 4 of 4"):
        windows[4]
