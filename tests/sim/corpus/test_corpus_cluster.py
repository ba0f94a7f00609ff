"""Corpora made by a Dask cluster of this machine's processes, which die and go away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import CancelledError

import pytest
from distributed import Client, LocalCluster
from distributed.client import ClosedClientError

from earloop.recordings import CorpusError, open_corpus
from earloop.sim.corpus import cluster as dask_cluster
from earloop.sim.corpus import generate, plan_corpus, schedulers
from earloop.sim.corpus.cluster import on_cluster
from earloop.synth_data import load_scenario
from earloop.system.project import ROOT
from tests.corpora import tree

SESSIONS = 6


@pytest.fixture(scope="module")
def plan(design):
    """Two people, three sessions of 10 s each."""
    return plan_corpus(design, load_scenario("free-living"), hours=SESSIONS * 10 / 3600, subjects=2, longest_s=10)


def test_a_worker_killed_halfway_changes_no_byte(plan, tmp_path):
    wanted = tree(generate(plan, tmp_path / "here.zarr").path)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        victim, told = cluster.workers[0].pid, []

        def kill_halfway(seconds):
            told.append(seconds)
            if seconds == 30:
                os.kill(victim, signal.SIGKILL)

        corpus = generate(plan, tmp_path / "there.zarr", on_cluster(cluster.scheduler_address), kill_halfway)
    assert told == list(range(0, 10 * SESSIONS + 1, 10))
    assert tree(corpus.path) == wanted


CLUSTER = """
import sys
from concurrent.futures import CancelledError
from distributed import LocalCluster
if __name__ == "__main__":
    one = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    with LocalCluster(**one, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def test_a_cluster_that_goes_away_is_one_line_and_loses_no_finished_session(plan, tmp_path):
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        address = process.stdout.readline().strip()
        kept = 20

        def kill(seconds):
            if seconds == kept:
                process.kill()

        with pytest.raises(
            CorpusError, match=f"{address}: the connection to the cluster was lost; finished sessions are kept"
        ) as error:
            generate(plan, tmp_path / "a.zarr", on_cluster(address), kill)
    finally:
        process.kill()
        process.communicate()
    assert "\n" not in str(error.value)
    assert len(open_corpus(tmp_path / "a.zarr").finished) >= kept // 10
    wanted = tree(generate(plan, tmp_path / "here.zarr").path)
    assert tree(generate(plan, tmp_path / "a.zarr").path) == wanted


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_a_scheduler_that_does_not_answer(plan, tmp_path, monkeypatch, address):
    monkeypatch.setattr(dask_cluster, "CONNECT_S", 0.5)
    with pytest.raises(CorpusError, match=f"{address}: no Dask scheduler answers") as error:
        generate(plan, tmp_path / "a.zarr", on_cluster(address))
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_without_workers(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "CONNECT_S", 0.5)
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(CorpusError, match=r"no worker within 0\.5 s; start some: dask worker tcp://"),
    ):
        generate(plan, tmp_path / "a.zarr", on_cluster(cluster.scheduler_address))


async def remove_workers(dask_scheduler):
    for address in list(dask_scheduler.workers):
        await dask_scheduler.remove_worker(address, stimulus_id="test")


def test_a_cluster_whose_workers_leave_is_one_line(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(schedulers, "PATIENCE_S", 0.1)
    one = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    with LocalCluster(**one, dashboard_address=None) as cluster, Client(cluster, set_as_default=False) as owner:

        def dismiss(seconds):
            if seconds == 10:
                owner.run_on_scheduler(remove_workers)

        with pytest.raises(CorpusError, match="no workers left; finished sessions are kept"):
            generate(plan, tmp_path / "a.zarr", on_cluster(cluster.scheduler_address), dismiss)
    assert open_corpus(tmp_path / "a.zarr").finished


@pytest.mark.parametrize(
    "how", [CancelledError(), ClosedClientError("closed"), OSError("gone")], ids=lambda e: type(e).__name__
)
def test_however_dask_says_that_the_cluster_is_gone_it_is_one_line(plan, tmp_path, monkeypatch, how):
    def go(*_):
        raise how

    monkeypatch.setattr(dask_cluster, "run_sessions", go)
    one = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    with (
        LocalCluster(**one, dashboard_address=None) as cluster,
        pytest.raises(CorpusError, match="the connection to the cluster was lost; finished sessions are kept"),
    ):
        generate(plan, tmp_path / "a.zarr", on_cluster(cluster.scheduler_address))
